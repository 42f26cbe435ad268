"""Charts: what a report shows as pictures, as specifications that are drawn without JavaScript or a network.

A `Picture` has a name, a title that states what is seen, a text that tells it in words, and a drawing: `Points` with
intervals over an axis, `Bars` with intervals, `Ranges` of values in any unit, a `Heat` map, or a `Timeline` of runs. Drawing needs the extra `charts` (Altair and vl-convert); making,
passing and describing pictures does not.
"""

from evals.charts.bars import Bars
from evals.charts.heat import Heat
from evals.charts.picture import Picture
from evals.charts.points import Axis, Points
from evals.charts.ranges import Ranges
from evals.charts.timeline import Timeline

__all__ = ["Axis", "Bars", "Heat", "Picture", "Points", "Ranges", "Timeline"]
