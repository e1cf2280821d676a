"""Who the customers are, and each one's whole life with the bank, as a closed formula of seed and number.

A place ("slot") is held by one customer after another, each for 8 to 16 years, so on any day of any year the
number, ages and tenures of customers look the same, and a customer is the same whatever days are generated.
Days are numbers of days since 1970-01-01. Cards, agreements and payments live in their own modules.
"""

from mofang_pipeline.generator import calibration

# A customer who left is still handed over this many days, for what arrives late.
DAYS_KEPT_AFTER_LEAVING = 400

LIFE = f"""
create table life as
with slot as (
    select slot, hash(xor(hash($seed::bigint), hash(slot))) as slot_key
    from range($customers) as numbers(slot)
),
tenancy as (
    select *, 2900 + pick(slot_key, 'span', 3000) as span
    from slot
),
generation as (
    select *, pick(slot_key, 'phase', span) as phase,
        unnest(range(
            cycle_of($first - {DAYS_KEPT_AFTER_LEAVING}, phase, span),
            cycle_of($last, phase, span) + 1
        )) as generation
    from tenancy
),
person as (
    select slot, slot * 100 + generation + 50 as number, hash(xor(slot_key, hash(generation))) as key,
        (phase + generation * span)::int as opened,
        (opened + span - 1 - pick(slot_key, 'vacancy', 20))::int as gone, span
    from generation
),
kept as (
    select * from person
    where opened <= $last and gone >= $first - {DAYS_KEPT_AFTER_LEAVING}
),
aged as (
    select kept.*,
        (opened + span // 2 - 365.2425 * (low + (high - low) * draw(key, 'age in band')))::int as born
    from kept join age_band on age_band.ticket = pick(kept.key, 'age band', 1000)
),
housed as (
    select aged.*, home.branch, home.city,
        draw(key, 'rural') < home.rural as is_rural,
        case
            when draw(key, 'moves') >= 0.25 then null
            else (opened + 30 + pick(key, 'moved on', greatest(gone - opened - 30, 1)))::int
        end as moved,
        case
            when draw(key, 'moves far') < 0.4 then pick(key, 'far home', 65536)
            else home.start + pick(key, 'near home', home.tickets)
        end as next_ticket
    from aged join home on home.ticket = pick(aged.key, 'home', 65536)
),
moving as (
    select housed.*, home.branch as next_branch, home.city as next_city
    from housed join home on home.ticket = housed.next_ticket
),
frozen as (
    select *,
        case
            when draw(key, 'is frozen') >= 0.06 then null
            else (opened + pick(key, 'frozen from', span))::int
        end as frozen_from,
        frozen_from + 30 + pick(key, 'frozen days', 700) as frozen_to
    from moving
)
select slot, number, key, opened, gone, born, branch, city, is_rural, moved, next_branch, next_city,
    frozen_from, frozen_to,
    draw(key, 'death') < case when gone - born > 65 * 365 then 0.6 else 0.06 end as dies,
    -- an ID lasts ten years, and is mostly renewed before its end; two in a hundred are years late
    case when draw(key, 'long id') < 0.3 then null else pick(key, 'id phase', 3652) end as id_phase,
    case when draw(key, 'id late') < 0.07 then 30 + pick(key, 'id late days', 900) else -30 end as id_late
from frozen
order by number;

create macro age_on(day, born) as floor((day - born) / 365.2425)::int;
create macro id_end(day, id_phase, id_late) as
    id_phase + (cycle_of(day - id_late, id_phase, 3652) + 1) * 3652;
"""

# The dates on which a customer's row changes, of the days $first..$last.
CHANGES = """
with change as (
    select number, opened, gone, unnest([
        opened, gone, moved, frozen_from, frozen_to,
        id_phase + id_late + (cycle_of($last - id_late, id_phase, 3652)) * 3652
    ]) as day
    from life
)
select distinct number, day from change
where day between $first and $last and day between opened and gone
"""

# Everyone known on $day: in the population, or gone not long before.
STOCK = f"""
select number, $day::int as day from life
where opened <= $day and gone >= $day - {DAYS_KEPT_AFTER_LEAVING}
"""

# ID numbers carry the branch's own code, which is no county's, and never the right check digit; phones
# begin with 129, which is given to nobody.
ROWS = """
with asked as ({asked}),
state as (
    select life.*, asked.day,
        coalesce(asked.day >= moved, false) as has_moved,
        coalesce(asked.day between frozen_from and frozen_to - 1, false) as is_frozen,
        draw(key, 'no mobile') >= case when draw(key, 'binds') >= 0.8 then 0.15 else 0.001 end as has_phone
    from asked join life using (number)
    where asked.day between opened and gone + {kept}
),
numbered as (
    select *, case when has_moved then next_branch else branch end as province,
        branch || strftime(as_date(born), '%Y%m%d') || lpad((pick(key, 'id', 1000))::varchar, 3, '0')
            as id_stem
    from state
)
select day,
    customer_name(number) as customer_id,
    province as province_code,
    case when has_moved then next_city else city end as city_code,
    as_date(opened) as opened_on,
    case
        when day >= gone and dies then 'deceased'
        when day >= gone then 'closed'
        when is_frozen then 'frozen'
        else 'active'
    end as status,
    case when draw(key, 'age unknown') >= 0.003 then as_date(born) end as birth_date,
    case when draw(key, 'gender unknown') >= 0.002 then if(pick(key, 'id', 2) = 0, 'F', 'M') end as gender,
    is_rural,
    id_stem || wrong_check_digit(id_stem) as id_number,
    case when has_phone then '129' || lpad((pick(key, 'mobile', 100000000))::varchar, 8, '0') end as mobile,
    '虚构客户' || customer_name(number) as full_name,
    case when draw(key, 'consent') < 0.62 then true when draw(key, 'consent') < 0.94 then false end
        as consent_marketing,
    has_phone as has_mobile,
    as_date(id_end(day, id_phase, id_late)) as id_expires_on
from numbered
order by day, number
"""


def wrong_check_digit() -> str:
    """The macro wrong_check_digit(stem of 17 digits): the digit after the right one of GB 11643-1999."""
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    total = " + ".join(f"{weight} * stem[{place}]::int" for place, weight in enumerate(weights, start=1))
    return f"create macro wrong_check_digit(stem) as '10X98765432'[((({total}) + 1) % 11) + 1];"


def rows(asked: str) -> str:
    """SQL of the landing's customer rows for the (number, day) that `asked` selects."""
    return ROWS.format(asked=asked, kept=DAYS_KEPT_AFTER_LEAVING)


ADULT_DAYS = round(calibration.ADULT_AGE * 365.2425)
