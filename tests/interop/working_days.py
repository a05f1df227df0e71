"""A calendar that is not ours reads our working days.

    python working_days.py CASES.json

CASES.json is a list of `{day: "YYYYMMDD", works: true}`. Each is asked of PyPI `chinesecalendar`, which follows the State
Council's notices. Prints one line per disagreement and, last, `N days, M disagreements`. Exit 1 if there is any.
"""

import datetime
import json
import sys

import chinese_calendar

days = json.load(open(sys.argv[1], encoding="utf-8"))
disagreements = 0
for case in days:
    works = chinese_calendar.is_workday(datetime.datetime.strptime(case["day"], "%Y%m%d").date())
    if works != case["works"]:
        disagreements += 1
        print(f"FAIL {case['day']}: they say {works}, we say {case['works']}")
print(f"{len(days)} days, {disagreements} disagreements")
sys.exit(disagreements > 0 or len(days) == 0)
