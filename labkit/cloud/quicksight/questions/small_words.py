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
    """act answer appear arrive ask attend belong borrow bought breed bring brought build built buy
    carry charge coach consist contain contribute cover create depart differ differs direct donate
    drive driven drove earn employ end enter exist feature find flew flown fly found gain gave get
    give given go grew grow grown guide handle happen host include issue join keep kept lead leave
    led left lie live make manage meet met occur offer open operate order oversee own perform plant
    play process produce provide publish raise ran read receive reflect release rent represent
    reserve reside run saw see sell send sent serve ship sing sit sold spend stand start stay store
    study supervise supply take taken taught teach took train treat use varies vary visit watch went
    work write written wrote""".split()
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
    level levels title titles percent percentage interval intervals condition conditions category
    categories class classes""".split()
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
