"""What a campaign brought about: pure statistics over sums, one set of sums an arm.

    moments.py      sums of a metric and its covariate over an arm; means and variances from them, exactly
    estimates.py    raw and cuped: differences of two arms with Welch intervals; two-sample differences from sums
    matched.py      did: treated against matched customers where no control arm is
    sequential.py   intervals that hold at every daily reading while a campaign is live
    ratio.py        sample ratio mismatch
    multiple.py     Benjamini-Hochberg over the metrics beyond the primary
    sample_size.py  customers needed for the plan
    roi.py          incremental margin against cost
    verdicts.py     what may be said of a metric

Audiences of millions are summed in SQL (sql/campaign_*.sql); nothing here sees a customer, a file or a database.
"""
