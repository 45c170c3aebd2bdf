"""The table ``[series]`` of a set-up: where the force's own numbers of series stand."""

from hotspot.briefing import config_values as values


class SeriesSettings(values.Table):
    """The column of the force's own numbers of series, and which of them a briefing shows."""

    column: values.Text
    #: Without any the newest ones are shown.
    names: values.Names = ()
    top: values.Count = 10
