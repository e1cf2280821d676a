select
    dt as day,
    "table" || ', ' || file as row_key,
    rows_in || ' row(s) in, but ' || rows_loaded || ' loaded + ' || rows_quarantined || ' quarantined + '
    || rows_duplicate || ' duplicate' as reason
from mart.landing_file
where dt in ({days}) and rows_in <> rows_loaded + rows_quarantined + rows_duplicate
