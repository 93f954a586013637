"""Words that say little, and words that say the same: what a column's name and a question share."""

from __future__ import annotations

STOP_WORDS = frozenset(
    """a an the of in to me my i we you us our it its them they their he she his her this these
    please could can would want need like give tell find get return draw plot make create
    visualize visualise generate chart graph figure picture visual what whats what's who's do does
    did done will there here for as some any about if so much come comes came use using used would'd
    let know see view present put report provide compute calculate calculated computed showing
    listing visualization purpose information attribute also then than between's it's i'd i'm
    all how say said let's just only up out off via into onto value values grouped order based
    corresponding respective respectively along belong belongs own owned hold held made
    associated combined kind type-of interval result results data set each's ones one's named's
    was's following number's them's participate participated trying finding spend spent spending
    have having among got had mph either both""".split()
)

# What rows do that says nothing of which rows: "how many people work in each department".
VERBS = frozenset(
    """work live serve leave depart arrive direct make offer provide drive drove driven use receive
    buy bought sell sold teach taught take took taken run ran grow grew grown produce publish write
    wrote written study attend join visit perform release appear go went stand lie reside belong
    exist happen occur stay sit enter start end open carry store handle manage create send sent vary
    varies differ differs build built find found fly flew flown give gave given supply keep kept
    bring brought train coach breed raise contain charge treat employ guide lead led host operate
    plant process answer ask see saw watch read spend earn get gain ship rent reserve borrow order
    donate contribute feature cover act sing play consist include represent
    reflect own""".split()
)

# Participles that say as little; "failed" or "paid" would tell of some rows only.
SAID = frozenset(
    """relate record register list involve train play house host locate base build find employ own
    acquire name display major process reflect bear climb assign cover post place range report
    earn hold center fly flied supply stock aid sing star sponsor organize use score cost
    weigh""".split()
)

# Words that say what kind of thing a field is, and nothing more: "the cloud cover rates".
GENERIC = frozenset(
    """one ones name names type types rate rates date dates id ids size sizes code codes detail
    details kind kinds number numbers status field fields column columns attribute attributes
    level levels title titles percent percentage interval intervals""".split()
)

# Other words for what columns tend to be called, both ways.
SAME = (
    "sex gender",
    "age old",
    "date day",
    "birth born",
    "start begin from",
    "end finish to",
    "pay salary wage",
    "cost price",
    "hour hr hrs",
    "identifier id number no num nbr",
    "first f fname",
    "last l lname",
    "department dept",
    "temperature temp",
    "minimum min",
    "maximum max",
    "average avg mean",
    "percent percentage pct",
    "quantity qty",
    "amount amt",
    "address addr",
    "description desc",
    "nationality country",
    "tall height",
    "heavy weight",
    "earn salary income",
    "locaton location",
    "rate rating",
    "view pageview",
    "gpa grade",
    "speed fast",
    "long length duration",
    "wide width",
    "film movie",
    "flat apartment",
    "car vehicle automobile",
    "client customer",
    "doctor physician",
    "worker employee staff",
    "instructor teacher",
    "pupil student",
    "store shop",
    "firm company",
    "plane aircraft airplane",
    "writer author",
    "route road",
    "estimated est",
)
