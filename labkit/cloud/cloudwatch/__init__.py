"""CloudWatch: moto keeps metrics and alarms, and here is what it does not do right.

Services send their metrics here (`sending`), alarms are judged by them (`watching`, by the rules of
`evaluation`), and tell of their new state (`alarm_states`). GetMetricData is in `queries`, metric
maths in `maths`, alarms on these in `alarm_queries`, composite ones in `composites`.
"""
