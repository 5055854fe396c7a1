# What the page on quality says. Every message here is in id/quality.ftl too.
quality-title = Quality
quality-since = The last four weeks, since { $what }.
quality-missed = What the rules miss
quality-missed-told = An estimated { $rate } of the posts that no rule flags should have been flagged (perhaps between { $low } and { $high }): about { $day } posts a day (perhaps between { $day_low } and { $day_high }).
quality-missed-unknown = No estimate yet: no random post has been decided.
quality-missed-off = No random post has been given out yet; their share is unflagged_share in the config file.
quality-missed-table = Posts that no rule flags, drawn at random and given out unmarked
quality-what = Count
quality-number = How many
quality-drawn = Given out
quality-decided = Decided
quality-misses = Of these acted on: missed by the rules
quality-waiting = Still waiting
quality-gone = Not counted: deleted by the source, reported, or flagged before they were decided
quality-rate = Share missed (95% interval)
quality-posts = Posts that no rule flags, a day
quality-day = Missed a day (95% interval)
quality-how-missed = How this is estimated
quality-how-missed-told = Each random post is weighted by how many posts it was drawn from. The interval is Wilson's with the effective number of samples. Counted as missed: outcomes that lead to action or to help for a victim; a duplicate follows the item it repeats.
quality-misses-table = Posts the rules missed; open one to propose a new rule
quality-outcome = Outcome
quality-when = Time
quality-agreement = How far analysts agree
quality-agreement-told = Two analysts who do not see each other decided the same on { $same } of { $cases } items; alpha is { $alpha }: 1 means they always agree, 0 no better than guessing.
quality-agreement-same = Two analysts who do not see each other decided the same on { $same } of { $cases } items; there is no alpha yet, as there is only one kind of outcome.
quality-agreement-unknown = No decision has been made twice yet.
quality-agreement-table = Decisions made twice, by two people
quality-by = Compared by
quality-by-outcome = outcome
quality-by-kind = action, help for a victim, or neither
quality-cases = Items
quality-same = Same
quality-alpha = Krippendorff's alpha
quality-interval = 95% interval
quality-how-alpha = How to read alpha
quality-how-alpha-told = Krippendorff advises: from 0.8 up decisions can be relied on, between 0.667 and 0.8 only for tentative conclusions, below that they cannot. The interval is of a thousand resamples; it is not estimated for fewer than five items.
quality-seconds-waiting =
    { $count ->
        [0] No decision waits for a second opinion.
        [one] { $count } decision waits for a second opinion.
       *[other] { $count } decisions wait for a second opinion.
    }
quality-disputes = To be settled
quality-disputes-told = Two analysts differ on these items; choose what holds. Both opinions stay stored.
quality-disputes-none = No difference is waiting.
quality-dispute-table = Two decisions on item { $what }
quality-opinion = Opinion
quality-first = first
quality-second = second
quality-who = Analyst
quality-reason = Reason
quality-holds = What holds
quality-settle = Settle
quality-grave = they lead to different action
quality-settled = Settled
quality-settled-table = Differences that are settled
quality-settled-none = None yet.
quality-undo = Undo
quality-undo-item = Undo the settlement of item { $what }
quality-undo-reason = settlement taken back from the console
quality-awaited = awaits a second review
quality-awaited-told = This item is decided and awaits a second review. The first decision is not shown yet, because you may be the one to be asked.
quality-own = Your second opinion
fault-nothing-to-settle = Second review { $what } no longer waits for this: it was settled, taken back, or the item was decided otherwise. Reload the page.
