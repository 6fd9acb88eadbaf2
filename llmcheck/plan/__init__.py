"""Plan: what a run would take, told before anything is sent."""

from llmcheck.plan.plan import plan_of as plan_of
from llmcheck.plan.shapes import STAGES as STAGES
from llmcheck.plan.shapes import CallTotals as CallTotals
from llmcheck.plan.shapes import Plan as Plan
from llmcheck.plan.shapes import PlannedRun as PlannedRun
from llmcheck.plan.shapes import PlannedStage as PlannedStage
