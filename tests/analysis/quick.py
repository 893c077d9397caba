"""A world with two uncertain inputs that is resolved soon: studies of it are cheap."""

import deference_sim as ds

QUICK = ds.load("baseline").with_(
    **{
        "horizon": 24,
        "capability.stabilise_at": 1.5,
        "rival.lead": "0.3 to 3 months",
        "goodness.broad_alignment": {"uniform": {"min": 0.2, "max": 1.5}},
        "rival.danger_at": 0.2,
        "evaluation.review_interval": "1 month",
        "evaluation.review_work": 0.5,
    }
)
