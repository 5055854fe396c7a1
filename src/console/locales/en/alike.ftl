# Alike items and decisions on many. Every message here is in id/alike.ftl as well.
alike-decided = Earlier decisions on alike items
alike-open = Alike and waiting
alike-across-victim = Alike pleas for help
alike-across-offer = Alike offers
alike-none = No alike item is waiting.
alike-together = Decide together
alike-why = Alike by
alike-wording-same = the same words
alike-wording = { $what }% of the words
alike-contact = the same contact
alike-poster = the same poster
alike-this = this item
alike-title = Decide together with item { $what }
alike-choose = Untick what does not belong, give a reason, then choose an outcome. A preview comes first; nothing is decided yet.
alike-victims = These are pleas for help: each person must be read. Tick only what is truly a copy.
alike-most = Your role covers at most { $what } items at once.
alike-more = { $count ->
    [one] One more item waits outside this list.
   *[other] { $count } more items wait outside this list.
  }
alike-pick = Include
alike-pick-all = Tick all
alike-pick-none = Untick all
alike-text = Text
alike-score = Severity, score
alike-time = Time
alike-lease = State
alike-free = free
alike-yours = held by you
alike-held = held by { $what }
alike-back-to-item = Back to the item
alike-hint = One key opens the preview. Those with … ask for a reason first.
alike-wrong-none = Tick at least one item.
alike-wrong-many = Too many items are ticked.
alike-wrong-reason = This outcome needs a reason.
alike-wrong-of = DUPLIKAT needs the number of the original item.
preview-title = Preview: { $what }
preview-will = { $count ->
    [one] To be decided: 1 item
   *[other] To be decided: { $count } items
  }
preview-cannot = { $count ->
    [one] Left out: 1 item
   *[other] Left out: { $count } items
  }
preview-none = None of the items can be decided.
preview-outcome = Outcome
preview-of = Duplicate of item
preview-confirm = Decide all of them
preview-back = Change the choice
batch-part = decided together
batch-title = Decided together { $what }
batch-done = { $count ->
    [one] 1 item was decided.
   *[other] { $count } items were decided together.
  }
batch-undo = Take all back
batch-undo-reason = taken back together in the console
batch-by = By
batch-items = What was decided
batch-left = What was left out
batch-nothing = No item was decided.
batch-standing = The decision
batch-stands = in force
batch-taken-back = taken back
batch-decided-anew = taken back, then decided again
left-held = somebody else is working on it
left-decided = somebody else decided it
left-edited = its post has just changed; read it again
left-gone = deleted by its source or no longer suspected
left-original = the original item
fault-too-many-together = At most { $what } items are decided together.
fault-two-lanes = Pleas for help cannot be decided together with offers.
