"""Small Parquet files that none of the writers at hand makes."""

import base64
import io
import zlib
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from pyarrow.parquet import encryption


def _unpacked(text: str) -> bytes:
    return zlib.decompress(base64.b85decode(text))


#: One row of ``v`` ENUM A, ``l`` a LIST of ENUM B, and ``i`` INTERVAL, a month and some more.
ODD_KINDS = _unpacked(
    "c-n1{F$%&!5JhL#u%?i7Gh`uENP>usg^<ERMZ_|A1Cf9Wn=}cYz&qJ{GQUw9v6$Im{`;R{tIcu2#KJOXjlr-X(u7h9eS"
    "=lX>96+gqZhG-ka70c{hCH7*47_PcfQok2?S4a9jj{|(h{$S)6g=A1Mj+?^;;g-zHaKa2gDJ_4AA8>5^WQ^D#C;(HYZ~"
    "d!&piwWf2k;>#tBMKjeLL25Kj}Vh!r15{^E8Hz<4AV@o6tC7Px|<61{|oL=F7o-JG>l>"
)
#: One row: ``v`` a list of structs ``s`` "a" and "b", in two levels as parquet-avro writes them.
OLD_LIST = _unpacked(
    "c-ke7F$=;l5QX0zF?8s9A%UzZ4lY6qu5Jzv#UXntf*tD6K*4|SsW;sBINsykc)lG4(o263qr!>>3;+hxk2<6*-!%z`>"
    "&4dl^RX0R4D4wW*34l1uB>Z$>s8tWPc;FKLkzKNqO>8wh7)an7gd2XF1y?{YRitXH_QB*F=@@HPkjJR>=cX"
)


class _NoKeys(encryption.KmsClient):
    """Keys that nothing protects."""

    def __init__(self, _: Any) -> None:
        super().__init__()

    def wrap_key(self, key_bytes: bytes, master_key_identifier: str) -> bytes:
        return base64.b64encode(key_bytes)


def encrypted() -> bytes:
    """A file whose column ``id`` is encrypted, and whose footer is not."""
    how = encryption.EncryptionConfiguration("k", column_keys={"k": ["id"]}, plaintext_footer=True)
    factory = encryption.CryptoFactory(_NoKeys)
    told = factory.file_encryption_properties(encryption.KmsConnectionConfig(), how)
    table, out = pa.table({"id": [1], "v": ["x"]}), io.BytesIO()
    with pq.ParquetWriter(out, table.schema, encryption_properties=told) as writer:
        writer.write_table(table)
    return out.getvalue()
