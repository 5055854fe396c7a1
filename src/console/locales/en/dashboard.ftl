# The dashboard for a supervisor. Every message here is in id/dashboard.ftl too.
dashboard-title = Dashboard
dashboard-at = as of { $what }
dashboard-numbers = The numbers
dashboard-none = None yet.
dashboard-period = Period of the parts below
dashboard-minutes =
    { $count ->
        [one] { $count } minute
       *[other] { $count } minutes
    }
dashboard-hours =
    { $count ->
        [one] { $count } hour
       *[other] { $count } hours
    }
dashboard-days =
    { $count ->
        [one] { $count } day
       *[other] { $count } days
    }
dashboard-load = Load of today and of the week
dashboard-when = When
dashboard-today = Today
dashboard-week = Last 7 days
dashboard-day = Day
dashboard-incoming = incoming
dashboard-decided = decided
dashboard-open = waiting
dashboard-load-plot = Items incoming and decided a day, 14 days
dashboard-open-plot = Items waiting at the end of the day, 14 days
dashboard-load-note = Days are those of WIB (UTC+7). Decisions that were taken back do not count. Items also stop waiting when their source deletes the post or rules no longer flag it.
dashboard-waiting = What waits longest
dashboard-waiting-none = Nothing is waiting.
dashboard-waiting-note = Targets: S1 within an hour, S2 on the same day.
dashboard-severity = Severity
dashboard-severity-none = no severity (reported)
dashboard-oldest = Age of the oldest
dashboard-since = Came
dashboard-late = past target
dashboard-outcome = Flagged and confirmed
dashboard-flagged = flagged
dashboard-confirmed = confirmed
dashboard-rejected = rejected
dashboard-outcome-note = Items that came during this period. Confirmed: decided with an action (referred, taken down, victim helped, watched). One item may count in several groups. Plots show the 12 largest groups, tables all of them.
dashboard-platforms = Platform
dashboard-destinations = Country of destination
dashboard-families = Modus (family of rules)
dashboard-provinces = Province of origin
dashboard-precision = Precision of each rule
dashboard-precision-note = Of the items decided as confirmed or rejected, the share that proves the rule right, with Wilson's 95% interval. A rule that excuses is right where the item was rejected. The worst come first; the plot shows 12 rules, the table all of them.
dashboard-precision-unknown = No rule has enough decisions (5) yet to be judged.
dashboard-rule = Rule
dashboard-right = right
dashboard-interval = 95% interval
dashboard-excuses = excuses
dashboard-few = too few decisions
dashboard-scores = Scores and thresholds
dashboard-scores-plot = Posts by score
dashboard-scores-note = All stored posts first seen during this period, flagged or not; heights on a logarithmic scale. Lines: thresholds of the bands.
dashboard-score = Score
dashboard-posts = posts
dashboard-thresholds = Length of the queue by threshold
dashboard-thresholds-note = Items that wait and reach the threshold. Below the present one, plus the posts of this period that would be flagged then.
dashboard-threshold = Threshold
dashboard-band = Band
dashboard-queue = queue
dashboard-now = in force now
dashboard-sources = Sources
dashboard-sources-none = No source was ever visited.
dashboard-source = Source
dashboard-state = State
dashboard-last = Last success
dashboard-due = Next
dashboard-new = new/24 h
dashboard-failures = failed/24 h
dashboard-complete = complete
dashboard-well = well
dashboard-failing = Failing:
dashboard-alarm = Attention:
dashboard-alarm-empty =
    { $count ->
        [one] the last page was empty,
       *[other] the last { $count } pages were empty,
    }
dashboard-alarm-since = not one post since { $what }
dashboard-alarm-field = the field { $what } could not be read in
dashboard-alarm-unreadable = { $what } of the last 24 hours could not be read and were set aside
