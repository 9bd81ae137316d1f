"""Words that all scripts share: intents, outcomes, and what is known of every lead."""

from __future__ import annotations

from typing import Final

INTENTS: Final = frozenset(
    {
        "affirm",
        "deny",
        "dont_know",
        "promise_to_pay",
        "already_paid",
        "cannot_pay",
        "partial_payment",
        "wrong_person",
        "not_available",
        "deceased",
        "who_is_this",
        "why_calling",
        "ask_amount",
        "ask_due_date",
        "how_to_pay",
        "dispute",
        "callback_request",
        "ask_another_person",
        "stop_calling",
        "talk_to_human",
        "are_you_robot",
        "repeat",
        "wait",
        "complaint_or_abuse",
        "attorney",
        "bankruptcy",
        "refuse_to_pay",
        "thanks",
        "goodbye",
        "out_of_scope",
    }
)
"""Shared by all scripts, so that their answers can be compared; a script may add its own."""

OUTCOMES: Final = frozenset(
    {
        "will_pay_on_time",
        "promise_to_pay",
        "already_paid",
        "wrong_person",
        "not_available",
        "deceased",
        "cannot_pay",
        "partial_payment",
        "dispute",
        "refused",
        "callback",
        "do_not_call",
        "transferred",
        "attorney",
        "bankruptcy",
        "no_response",
        "voicemail",
        "hung_up",
    }
)
"""What a call can come to. Retry rules and reports go by these; a script's own outcomes each count as one of them."""

COUNTED_AS: Final = OUTCOMES - {"do_not_call", "hung_up", "voicemail"}
"""What a script's own outcome may count as. A bar must be plain in every record; the other two are the engine's."""

BARRING: Final = frozenset({"do_not_call", "wrong_person", "deceased", "attorney", "bankruptcy"})
"""Outcomes after which the number, or the person, is not called again."""

PROMISES: Final = frozenset({"promise_to_pay", "partial_payment"})
"""Outcomes that only count once they were read back and confirmed."""

LEAD_VALUES: Final = ("name", "company", "amount", "currency", "due_date", "timezone")
"""What every lead has."""

LEAD_WORDS: Final = ("name", "first_name", "company", "amount_due", "due_date", "days_past_due")
"""What lines may say of the lead: ``{name}`` …"""
