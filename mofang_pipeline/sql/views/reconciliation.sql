-- One row per item that somebody has to look at, with what was decided about it as known on that day.
create or replace view mart.campaign_break as
select
    item.*,
    decision.owner,
    decision.resolution,
    decision.note,
    decision.decided_by
from int.campaign_break as item
left join mart.break_decision as decision
    on
        item.campaign = decision.campaign
        and item.class = decision.class
        and item.item_kind = decision.item_kind
        and item.item_id = decision.item_id
        and item.difference_fen = decision.difference_fen
        and item.day >= decision.valid_from
        and (decision.valid_to is null or item.day < decision.valid_to);
