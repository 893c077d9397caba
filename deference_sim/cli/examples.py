"""Examples that the help of each command ends with."""

#: By command: what comes after its name; of the whole program, what comes after that of the program.
EXAMPLES: dict[str, tuple[str, ...]] = {
    "": ("run rushed-handoff", "required-lead rushed-handoff --target 0.5", "brief rushed-handoff --out brief"),
    "brief": ("rushed-handoff --out brief",),
    "run": (
        "rushed-handoff",
        "baseline --set rival.lead='2 to 9 months' --draws 200",
        "my-world.yaml --precision 0.01 --out report",
        "rushed-handoff --replicates 2000 --out every-run --records",
    ),
    "trace": ("rushed-handoff --replicate 12", "rushed-handoff --replicate 12 --plot story.png"),
    "sweep": (
        "baseline rushed-handoff --over rival.lead=0.5:8:7:log --plot lead.png",
        "baseline --over rival.lead=1,2,4 --over tax.decline=0,0.1 --table grid.csv",
    ),
    "required_lead": ("rushed-handoff --target 0.5", "baseline --solve capability.initial_speedup --target 0.8"),
    "compare": ("plan-b plan-d", "baseline --with rival.lead='1 month'"),
    "tax": ("rushed-handoff",),
    "handoff": ("rushed-handoff --replicates 1000",),
    "strategy": ("rushed-handoff --worlds baseline,single-deadline --replicates 1000",),
    "sensitivity": ("uncertain-baseline", "uncertain-baseline --method sobol --plot sobol.png"),
    "discover": ("uncertain-baseline", "uncertain-baseline --inputs rival.lead,tax.decline --algorithm prim"),
    "takeoff": ("forethought", "--list"),
    "loops": ("rushed-handoff", "rushed-handoff --plot loops.png", "baseline --cut goodness --cut policy"),
    "explain": ("baseline rushed-handoff", "baseline rushed-handoff --plot waterfall.png"),
    "export": ("rushed-handoff --out rushed-handoff.xmile",),
    "explore": ("rushed-handoff",),
    "page": ("--out simulator.html",),
    "batch": ("study.yaml --out results", "study.yaml --out results --shard 1/4"),
    "resume": ("results",),
    "verify": ("results",),
    "rerun": ("results",),
    "merge": ("results",),
    "scenarios": ("", "--json"),
    "check": ("my-world.yaml",),
    "parameters": ("", "rival.lead", "scheming"),
    "show": ("rushed-handoff", "baseline --yaml > my-world.yaml"),
    "diff": ("plan-a plan-b",),
    "schema": ("> deference-sim.schema.json",),
}


def told(command: str = "") -> str:
    """Return the examples of a command, or of the whole program, as the end of its help."""
    name = command.replace("_", "-")
    lines = ["  " + " ".join(word for word in ("deference-sim", name, more) if word) for more in EXAMPLES[command]]
    return "\n".join(["\b", f"Example{'s' * (len(lines) > 1)}:", *lines])
