# Rules from the console: why not, and proposals. Every message here stands in id/proposals.ftl too.
nav-proposals = Rule proposals
item-rules = Rules
item-rules-link = Why not, and proposals for rules
item-rules-back = Back to the item
item-wrong-word = wrong here?
yes = yes
no = NO
why-not = Why not?
why-not-choose = Choose a rule
why-not-button = Explain
why-not-unknown = There is no such rule, or the post's content is gone.
why-fires = This rule fires: all its conditions hold.
why-fires-not = This rule does not fire: see the conditions that do not hold.
why-holds = Holds
why-condition = Condition
why-found = In this post
proposal = Proposal
proposal-number = proposal { $what }
proposal-made = Noted. Whoever tends the rules will see it:
proposal-kind-wrong_word = This word is wrong here
proposal-kind-missing_phrase = This phrase is missing
proposal-state-open = waiting
proposal-state-accepted = accepted
proposal-state-declined = declined
proposal-state-withdrawn = withdrawn
proposal-state-all = all
proposals-open = { $count } waiting
proposals-empty = No proposals. They are made on the rules page of an item.
proposal-what = What is proposed
proposal-words = Words
proposal-rule = Rule
proposal-rule-saw = The rule that fires
proposal-words-wrong-here = The wrong words
proposal-no-hits = No rule fires on this item.
proposal-phrase = The phrase as written
proposal-belongs = Belongs to a rule or family
proposal-belongs-unknown = not known
proposal-family = family: { $what }
proposal-note = Note
proposal-send = Propose
proposal-hint = A proposal changes nothing before whoever tends the rules has tried it on the stored posts and accepted it. It may hold no numbers, accounts or links.
proposal-by = Proposed by
proposal-tried = Last tried
proposal-on-posts = { $count ->
    [one] 1 post
   *[other] { $count } posts
}
proposal-withdraw = Withdraw
proposal-edit = The change of the rules
proposal-file = File name (small letters, digits, hyphens)
proposal-toml = The file (TOML; see docs/rules.md)
proposal-edit-hint = Read the examples under `hit` and `miss` before accepting: they may hold nobody's name or number. What is accepted must be exactly what was just tried.
proposal-try = Check and compare
proposal-accept = Accept and write
proposal-decline = Decline
proposal-decline-reason = Reason to decline
proposal-reason-missing = Give the reason, in at most 500 letters.
proposal-diff = What would change
proposal-sample = { $count ->
    [one] Compared on the newest stored post,
   *[other] Compared on the { $count } newest stored posts,
}
proposal-sample-of = of { $count } in all.
proposal-change = Change
proposal-posts = Posts
proposal-gained = Newly flagged
proposal-lost = No longer flagged
proposal-lane = Moved to the other lane
proposal-band = Moved to another band
proposal-flagged = Flagged, before and after
proposal-unflagged = not flagged
proposal-losses = { $count ->
    [one] 1 post is lost that was never called a false alarm. Read the examples before accepting.
   *[other] { $count } posts are lost that were never called false alarms. Read the examples before accepting.
}
proposal-nothing = No rule fires more or less often on these posts.
proposal-rules-fire = Rules that fire more or less often
proposal-label-offer = decided: offer
proposal-label-victim = decided: plea for help
proposal-label-pass = decided: neither
proposal-warnings = Warnings of the check
proposal-accepted-to = Written to
proposal-in-force = In force for new posts.
proposal-not-in-force = The daemon takes up changed files within seconds; load this page again. Where the rules have changed again since, their version is another.
proposal-rescore = Stored items are not judged anew by themselves. To apply the rules to all stored posts, run on the server:
proposal-slug-wrong = A file name holds only small letters, digits and hyphens, at most 60, and is not `severity`.
proposal-slug-taken = There is a file of that name in local/ already; choose another.
proposal-text-empty = The file is empty.
proposal-faulty = This file cannot be used; nothing was written.
proposal-base-faulty = The rules in the files cannot be used as they stand; mend them first.
proposal-untried = It was not tried exactly like this, or the rules in the files have changed since. Check and compare again.
proposal-closed = This proposal is closed already.
proposal-no-folder = Waspada uses the rules built into the program, so there is no folder to write to. Copy the folder `rules` of waspada's source to a place that can be written, name it as `path` under `[rules]` in the config, and reload (SIGHUP). Trying works all the same.
proposal-not-writable = Waspada may not write to the rule folder; nothing has changed. Let it write to the folder `local` in it (under systemd `ReadWritePaths=` too).
proposal-not-written = The rule file could not be written; nothing has changed. The log tells why.
proposal-words-wrong = Write one to 120 letters.
proposal-note-long = A note has at most 500 letters.
proposal-names-somebody = A proposal may hold no numbers, accounts or links: a rule is kept longer than the post.
proposal-rule-unknown = There is no such rule or family.
proposal-example-names = An example in this file holds a number, an account or a link. Put an invented one in its place, such as 0840-0000-0000 or @akun_contoh.
