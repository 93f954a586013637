"""The words that QUOTE_IDENT puts in quotes.

Redshift's parser is PostgreSQL 8.0's, whose quote_ident quotes every word that the grammar knows,
reserved or not: ``"type"``, ``"day"`` and ``"time"``, but not ``name``, ``date`` or ``status``, as
the DDL that v_generate_tbl_ddl has written on clusters shows.

Source:
https://github.com/postgres/postgres/blob/REL8_0_STABLE/src/backend/parser/keywords.c,
https://docs.aws.amazon.com/redshift/latest/dg/r_pg_keywords.html
"""

from __future__ import annotations

_POSTGRES = """
abort absolute access action add after aggregate all also alter analyse analyze and any array as
asc assertion assignment at authorization backward before begin between bigint binary bit boolean
both by cache called cascade case cast chain char character characteristics check checkpoint class
close cluster coalesce collate column comment commit committed constraint constraints conversion
convert copy create createdb createuser cross csv current_date current_time current_timestamp
current_user cursor cycle database day deallocate dec decimal declare default defaults deferrable
deferred definer delete delimiter delimiters desc distinct do domain double drop each else encoding
encrypted end escape except excluding exclusive execute exists explain external extract false fetch
first float for force foreign forward freeze from full function global grant group handler having
hold hour ilike immediate immutable implicit in including increment index inherits initially inner
inout input insensitive insert instead int integer intersect interval into invoker is isnull
isolation join key lancompiler language large last leading left level like limit listen load local
localtime localtimestamp location lock match maxvalue minute minvalue mode month move names
national natural nchar new next no nocreatedb nocreateuser none not nothing notify notnull nowait
null nullif numeric object of off offset oids old on only operator option or order out outer
overlaps overlay owner partial password placing position precision prepare primary prior privileges
procedural procedure quote read real recheck references reindex relative release rename repeatable
replace reset restart restrict returns revoke right rollback row rows rule savepoint schema scroll
second security select sequence serializable session session_user set setof share show similar
simple smallint some stable start statement statistics stdin stdout storage strict substring sysid
table tablespace temp template temporary then time timestamp to toast trailing transaction treat
trigger trim true truncate trusted type uncommitted unencrypted union unique unknown unlisten until
update usage user using vacuum validator values varchar varying verbose view volatile when where
with without work write year zone
"""
#: Redshift's reserved words that PostgreSQL's grammar has not, and four of its own.
_REDSHIFT = """
aes128 aes256 allowoverwrite az64 backup blanksasnull bytedict bzip2 credentials current_user_id
deflate defrag delta delta32k disable emptyasnull enable encode encrypt encryption explicit
globaldict256 globaldict64k gzip identity ignore lun luns lzo lzop minus mostly16 mostly32 mostly8
nulls offline oid open parallel partition percent permissions pivot raw readratio recover rejectlog
resort respect restore snapshot sysdate system tag tdes text255 text32k top truncatecolumns unnest
unpivot wallet
distkey label region sortkey
"""
KEY_WORDS = frozenset((_POSTGRES + _REDSHIFT).split())
