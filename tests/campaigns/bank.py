"""A bank of a few CSV files with one imported trial, small enough to reckon every number by hand.

Window 2026-01-10 to 12, so the equal-long period before is 7 to 9. What each customer paid, net, in fen:

    arm        customer  before       in the window
    treatment  001       100          100 + 200
               002       -            500
               003       -            700, refunded in full on the 12th
               004       -            300
    control    005       200          400
               006       -            - (pays on the 13th)
               007       600          -
               008       -            -
"""

from pathlib import Path

FILES = {
    "customer/dt=2026-01-01/a.csv": "customer_id,province_code,opened_on,status,birth_date\n"
    + "".join(f"{number:03d},410000,2020-01-01,active,1980-05-05\n" for number in range(1, 13)),
    "account/dt=2026-01-01/a.csv": "account_id,customer_id,opened_on\n"
    + "".join(f"A{number},{number:03d},2020-01-01\n" for number in range(1, 13)),
    "payment/dt=2026-01-08/a.csv": """txn_id,account_id,paid_at,amount_fen,kind,original_txn_id
P1,A1,2026-01-08 10:00:00,100,purchase,
P2,A7,2026-01-08 11:00:00,600,purchase,
P0,A6,2026-01-06 11:00:00,50,purchase,
""",
    "payment/dt=2026-01-10/a.csv": """txn_id,account_id,paid_at,amount_fen,kind,original_txn_id
P3,A5,2026-01-09 23:59:59,200,purchase,
P4,A1,2026-01-10 00:00:00,100,purchase,
P5,A3,2026-01-10 12:00:00,700,purchase,
""",
    "payment/dt=2026-01-11/a.csv": """txn_id,account_id,paid_at,amount_fen,kind,original_txn_id
P6,A2,2026-01-11 12:00:00,500,purchase,
P7,A5,2026-01-11 12:00:00,400,purchase,
""",
    "payment/dt=2026-01-12/a.csv": """txn_id,account_id,paid_at,amount_fen,kind,original_txn_id
P8,A1,2026-01-12 12:00:00,200,purchase,
P9,A4,2026-01-12 23:59:59,300,purchase,
R1,A3,2026-01-12 13:00:00,700,refund,P5
""",
    "payment/dt=2026-01-13/a.csv": """txn_id,account_id,paid_at,amount_fen,kind,original_txn_id
P10,A6,2026-01-13 12:00:00,900,purchase,
""",
    "agreement/dt=2026-01-11/a.csv": """agreement_id,account_id,institution_code,event,event_at
G1,A2,wechat,sign,2026-01-11 10:00:00
G2,A5,wechat,sign,2026-01-05 10:00:00
G2,A5,wechat,terminate,2026-01-10 10:00:00
""",
    "holding/dt=2026-01-01/a.csv": "customer_id,aum_fen\n001,1000\n005,1000\n",
    "holding/dt=2026-01-12/a.csv": "customer_id,aum_fen\n001,5000\n",
    "campaign_contact/dt=2026-01-11/a.csv": """contact_id,campaign_id,customer_id,channel,event,event_at
K1,trial,001,sms,sent,2026-01-10 09:00:00
K2,trial,002,sms,sent,2026-01-10 09:00:00
K3,trial,002,sms,complained,2026-01-10 09:30:00
""",
}
CAMPAIGN = """
campaign: trial
zh: 试验
org: "410000"
audience: {import: audience.csv}
window: {from: 2026-01-10, to: 2026-01-12}
budget_fen: 1000
channel: sms
cost_fen_per_contact: 5
margin_rate: 0.1
plan:
  primary: pay_rate
  metrics: [pay_rate, pay_cnt, pay_amt, bind_rate, aum_change, "to:UNBOUND"]
  guardrails: [complaint_rate, unbind_rate]
"""
AUDIENCE = """customer_id,arm
001,treatment
002,treatment
003,treatment
004,treatment
005,control
006,control
007,control
008,control
stranger,control
"""

# The same customers without a control arm, to be compared with 009 to 012, whom nobody targeted and who never pay.
NO_CONTROL = """
campaign: no_control
audience: {import: treated.csv}
window: {from: 2026-01-10, to: 2026-01-12}
plan: {primary: pay_amt}
"""
TREATED = "customer_id,arm\n" + "".join(f"{number:03d},treatment\n" for number in range(1, 5))
# A list that puts a customer into two arms keeps its campaign back and nothing else.
TWO_ARMS = """
campaign: two_arms
audience: {import: two_arms.csv}
window: {from: 2026-01-10, to: 2026-01-12}
"""


def land(landing: Path) -> None:
    for name, text in FILES.items():
        (landing / name).parent.mkdir(parents=True, exist_ok=True)
        (landing / name).write_text(text, encoding="utf-8")


def write_campaign(rulebook: Path, text: str, audience: str) -> None:
    """`text` as campaigns/<its id>.yaml with the list that it names beside it."""
    folder = rulebook / "campaigns"
    folder.mkdir(exist_ok=True)
    name = text.split("campaign:")[1].split()[0]
    (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    (folder / text.split("import:")[1].split("}")[0].strip()).write_text(audience, encoding="utf-8")
