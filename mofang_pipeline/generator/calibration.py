"""The figures that made-up data are drawn from, each with its unit and source. No code, no SQL."""

# Resident population, 10,000 people, seventh national census of 2020 (National Bureau of Statistics,
# communique no. 3; the plan cities from the cities' own communiques). A province is without its plan city.
POPULATION: dict[str, float] = {
    "110000": 2189, "120000": 1387, "130000": 7461, "140000": 3492, "150000": 2405,
    "210000": 4259 - 745, "210200": 745, "220000": 2407, "230000": 3185,
    "310000": 2487, "320000": 8475, "330000": 6457 - 940, "330200": 940, "340000": 6103,
    "350000": 4154 - 516, "350200": 516, "360000": 4519, "370000": 10153 - 1007, "370200": 1007,
    "410000": 9937, "420000": 5775, "430000": 6644, "440000": 12601 - 1756, "440300": 1756,
    "450000": 5013, "460000": 1008, "500000": 3205, "510000": 8367, "520000": 3856, "530000": 4721,
    "540000": 365, "610000": 3953, "620000": 2502, "630000": 592, "640000": 720, "650000": 2585,
}  # fmt: skip
POPULATION_OF_OTHER_BRANCHES = 1000.0

# Share of a province's people in county-level units directly under it, which have no tier-2 branch
# (济源; 仙桃, 潜江, 天门, 神农架; the counties of 海南; 石河子 and its like): census 2020, rounded.
WITHOUT_CITY: dict[str, float] = {"410000": 0.01, "420000": 0.06, "460000": 0.45, "650000": 0.07}

# County or village customers: about 70% of all; fewer in cities that are branches of their own.
RURAL_SHARE = 0.74
URBAN_BRANCHES = frozenset({"110000", "120000", "310000", "210200", "330200", "350200", "370200", "440300"})
RURAL_SHARE_OF_URBAN_BRANCHES = 0.28

# Age in the middle of a customer's years with the bank: (from, to, share). The years before and after
# smear it, so the shares of any one day are 16-24 9%, 25-34 17, 35-44 19, 45-54 22, 55-64 18, 65+ 15.
AGE_BANDS: tuple[tuple[int, int, float], ...] = (
    (16, 25, 0.095), (25, 35, 0.177), (35, 45, 0.191), (45, 55, 0.229), (55, 65, 0.180), (65, 84, 0.128),
)  # fmt: skip
ADULT_AGE = 16

# Share of payments by institution, by its Chinese name; the others share the rest.
PAYMENT_SHARE: dict[str, float] = {"微信": 0.58, "支付宝": 0.30, "抖音": 0.04, "美团": 0.03, "京东": 0.02}
PAYMENT_SHARE_OF_OTHERS = 0.03
# Institutions that a customer ends up with. Some have not signed all of them yet on any one day, so that
# the day's shares are 38/41/15/6% for 1/2/3/4+.
INSTITUTIONS_PLANNED: tuple[tuple[int, float], ...] = (
    (1, 0.325), (2, 0.420), (3, 0.175), (4, 0.055), (5, 0.025),
)  # fmt: skip

# Payments a month of an active customer are close to negative binomial, mean 15 and median 7: a geometric
# number a day, whose rate a month is this times a power of a standard normal (the square would be a gamma of
# shape 1/2, of which the median of those who pay at all is 8).
RATE_A_MONTH, RATE_POWER = 10.7, 2.3
RATE_FLOOR = 0.25

# Tickets in yuan. Purchases: lognormal, median 30, mean 70. Transfers and top-ups, 8%: median 500, a
# quarter at 3,000 or more, which makes 2% of all and a mean near the national 266.
TICKET_MEDIAN, TICKET_SIGMA = 30.0, 1.302
TRANSFER_SHARE, TOPUP_SHARE = 0.045, 0.035
TRANSFER_MEDIAN, TRANSFER_SIGMA = 307.0, 1.2
LARGE_SHARE, LARGE_FROM, LARGE_TAIL, LARGE_CAP = 0.23, 3000.0, 1.6, 50000.0

REFUND_SHARE, REFUND_PARTIAL, REFUND_DAYS = 0.012, 0.25, 14
FAILURE_SHARE = 0.03  # half for balance
LATE_SHARE, LATE_DAYS = 0.005, 3  # arrive 1 to 3 days later
VERY_LATE_SHARE, VERY_LATE_DAYS = 0.0001, 10  # arrive 5 to 10 days later
MEMORY_DAYS = max(REFUND_DAYS, VERY_LATE_DAYS)  # a day's files can hold what happened this long before

# Factors on a day's payments.
WEEKEND_FACTOR, DOUBLE_ELEVEN, MID_JUNE, SALARY_FACTOR = 1.08, 1.5, 1.3, 1.1
EVE_FACTOR, FESTIVAL_FACTOR, HOLIDAY_FACTOR = 1.6, 0.75, 1.05
SALARY_DAYS = frozenset({10, 15, 25})

# Assets in yuan: the median deposit on the first card, and investments of those who have any.
DEPOSIT_MEDIAN, DEPOSIT_SIGMA = 2500.0, 1.9
INVEST_SHARE, INVEST_MEDIAN, INVEST_SIGMA = 0.25, 40000.0, 1.2
EMPTY_SHARE = 0.10  # of the periods, in which the card is all but empty
