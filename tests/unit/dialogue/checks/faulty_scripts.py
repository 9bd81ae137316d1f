"""Small faulty scripts: each is the good one with one thing changed, and tells what must be found where.

In the changed text ``«`` stands before the place that the finding must name; ``FAULTS`` are found by the proofs,
``REFUSED`` are told when the script is read.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from tests.unit.dialogue.making import SCRIPTS, changed

_REST = (SCRIPTS / "good.yaml").read_text(encoding="utf-8").partition("\n")[2]
GOOD: Final = f"#\n{_REST}"
"""Without the line that tells editors where the schema is: it is not there where tests write the script."""
_INTENTS: Final = (
    "affirm", "deny", "promise_to_pay", "stop_calling", "wrong_person", "talk_to_human", "attorney", "bankruptcy",
    "deceased", "who_is_this", "are_you_robot",
)  # fmt: skip
_ENDS: Final = ("now", "then", "there", "here", "again", "today", "indeed", "too", "maybe", "surely")
EXAMPLES: Final = "language: en-US\nintents:\n" + "".join(
    f"  {intent}: {{consequence: ends, confirm: 'Did you mean {number}?', examples: "
    f"[{', '.join(' '.join((*intent.split('_'), end)) for end in _ENDS)}]}}\n"
    for number, intent in enumerate(_INTENTS)
)
"""What the good script includes; line 3 is the first intent's."""


@dataclass(frozen=True)
class Faulty:
    """A faulty script.

    Parameters
    ----------
    id
        Kind of finding, or a part of what reading tells.
    changes
        (old, new) texts.
    last
        (step, intent) of the last turn of the conversation that shows it; empty where none is shown.
    severity
        Of the finding.
    more
        Texts of files beside it.
    """

    id: str
    changes: tuple[tuple[str, str], ...]
    last: tuple[str, str] | tuple[()] = ()
    severity: str = "fault"
    more: dict[str, str] = field(default_factory=dict)
    name: str = ""

    @property
    def marked(self) -> str:
        """The text, with its mark."""
        return changed(*self.changes, text=GOOD)

    @property
    def text(self) -> str:
        """The text as it is checked."""
        return self.marked.replace("«", "")

    @property
    def line(self) -> int:
        """Line that the finding must name."""
        return self.marked[: self.marked.index("«")].count("\n") + 1


def _f(kind: str, *changes: tuple[str, str], last: tuple[str, str] | tuple[()] = (), name: str = "") -> Faulty:
    return Faulty(kind, changes, last, name=name)


def _w(kind: str, *changes: tuple[str, str], last: tuple[str, str] | tuple[()] = (), name: str = "") -> Faulty:
    return Faulty(kind, changes, last, "warning", name=name)


_NO_DEBT: Final = (
    ("Your payment of {amount_due} is late. Can you pay it?", "May I tell you something?"),
    ("Can you pay it?", "May I?"),
    ("Which day can you pay it by?", "Which day?"),
    ("You will pay by {promise_date}. Is that right?", "You mean {promise_date}. Is that right?"),
    ('type: date, intent: promise_to_pay, intents: [affirm, deny]', 'type: date, intent: callback_request, intents: [promise_to_pay]'),
    ("  confirm:", "  confirm_not:"),
)  # fmt: skip

FAULTS: Final = (
    # identity before debt
    _f("debt-before-identity", ('say: "Am I speaking with {name}?"', '«say: "Is this {name}, about a debt?"'),
       last=("", ""), name="in the first question"),
    _f("debt-before-identity",
       ('who_is_this: {say: {text: "I call for {company} about your payment.", before_identity: "I call for {company}."}}',
        'who_is_this: {«say: "I call for {company} about your payment."}'),
       last=("identity", "who_is_this"), name="in an answer to a question"),
    _f("debt-before-identity", ("deny: {end: wrong_person}", "deny: payment"),
       ('say: "Your payment of', '«say: "Your payment of'), last=("identity", "deny"), name="by a way around"),
    _f("debt-before-identity", ('say: "I am sorry. Goodbye."', '«say: "Then somebody else has to pay. Goodbye."'),
       last=("identity", "deny"), name="in an ending"),
    _f("identity-never-confirmed", ("affirm: {go: payment, right_party: true}", "affirm: payment"),
       ("start: identity", "«start: identity")),
    _f("identity-assumed", ("deny: {end: wrong_person}", "«deny: {go: payment, right_party: true}"),
       last=("identity", "deny"), name="by a no"),
    _f("identity-assumed",
       ('    answers:\n      affirm: {go: payment, right_party: true}',
        '    «exhausted: {go: payment, right_party: true}\n    answers:\n      affirm: {go: payment, right_party: true}'),
       last=("identity", "no_match"), name="by a misunderstanding"),
    # disclosures
    _f("disclosure-never-said", *_NO_DEBT[:4],        ("about your payment.", "about it."), ("confirms: promise_date", "asks: promise_date"),
       ("{if: promise_date given, go: confirm}", "{if: promise_date missing, go: when}"), ("type: date, intent: promise_to_pay", "type: time, intent: callback_request"),
       ("I have noted {promise_date}. Goodbye.", "Noted. Goodbye."), ("{end: promise_to_pay}", "{end: declined}"),
       ("collector: {before", "«collector: {before")),
    _f("disclosure-can-be-cut", ('say: "Your payment of {amount_due} is late. Can you pay it?"',
                                 '«say: {text: "Your payment of {amount_due} is late. Can you pay?", disclosure: collector}')),
    _f("disclosure-incomplete", ("slots:\n", "lead: {may_have: licence}\nslots:\n"),
       ('collector: {before: debt, say: "This is an attempt to collect a debt."}',
        '«collector: {before: debt, say: "This is an attempt to collect a debt, licence {licence}."}')),
    _w("not-introduced", ("before: talk", "before: debt"), ("start: identity", "«start: identity")),
    # stop, wrong person, human
    _f("wrong-person-not-heard", ("always:", "«always:"), ("  wrong_person: {end: wrong_person}\n", ""),
       last=("identity", "no_match")),
    _f("wrong-person-not-heard", ("      deny: {note: refused, end: declined}\n",
                                  "      deny: {note: refused, end: declined}\n      «wrong_person: when\n"),
       last=("payment", "wrong_person"), name="and talked on to"),
    _f("talk-to-human-not-heard", ("always:", "«always:"), ("  talk_to_human: {end: transferred}\n", ""),
       last=("identity", "no_match")),
    _f("attorney-not-heard", ("always:", "«always:"), ("  attorney: {end: attorney}\n", ""),
       last=("identity", "no_match")),
    _f("attorney-not-heard", ("      deny: {end: wrong_person}\n",
                              "      deny: {end: wrong_person}\n      «attorney: {hold: true}\n"),
       last=("identity", "attorney"), name="and put off"),
    _f("bankruptcy-not-heard", ("always:", "«always:"), ("  bankruptcy: {end: bankruptcy}\n", ""),
       last=("identity", "no_match")),
    _f("deceased-not-heard", ("always:", "«always:"), ("  deceased: {end: deceased}\n", ""),
       last=("identity", "no_match")),
    _f("are-you-robot-not-heard", ("always:", "«always:"), ('  are_you_robot: {say: "Yes, I am a machine."}\n', ""),
       last=("identity", "no_match")),
    # promises
    _f("promise-not-confirmed", ("      affirm: when\n", "      «affirm: {end: promise_to_pay}\n"),
       last=("payment", "affirm")),
    _f("promise-changed-unconfirmed",
       ("        - {if: promise_date given, go: confirm}\n        - {end: promise_to_pay}",
        "        - «{end: promise_to_pay}"), last=("confirm", "affirm")),
    _f("promise-of-anyone", ("promise_to_pay: {hold: true, say: \"First I need to know who you are.\"}",
                             "promise_to_pay: [{if: promise_date known, go: confirm}, {hold: true}]"),
       ("        - {end: promise_to_pay}", "        - «{end: promise_to_pay}"), last=("confirm", "affirm")),
    _f("promise-not-read-back",
       ('    say: "You will pay by {promise_date}. Is that right?"',
        '    «say: {text: "You will pay by {promise_date}. Is that right?", before_identity: "Is that right?"}'),
       ("promise_to_pay: {hold: true, say: \"First I need to know who you are.\"}",
        "promise_to_pay: [{if: promise_date known, go: confirm}, {hold: true}]"), last=("identity", "promise_to_pay")),
    # endings
    _f("dead-end", ("  payment:\n", "  «payment:\n"), ("      affirm: when\n", "      affirm: again\n"),
       ("      deny: {note: refused, end: declined}\n      promise_to_pay:\n        - {if: promise_date known, go: confirm}\n        - when\n",
        "      deny: again\n  again:\n    say: \"Will you pay?\"\n    answers: {affirm: payment, deny: payment}\n"),
       last=("identity", "affirm")),
    _f("silence-goes-round", ("limits: {turns: 16", "limits: {turns: 4"), ("exhausted: {end: gave_up}\nlimits", "«exhausted: {go: payment}\nlimits"),
       last=("payment", "no_input")),
    _f("misunderstanding-goes-round", ("    exhausted: {end: gave_up}\n", "    «exhausted: {go: payment}\n"),
       ('    again: "Can you pay it?"\n', '    again: "Can you pay it?"\n    exhausted: {go: when}\n'),
       last=("payment", "no_match")),
    _f("digression-loop", ("digressions: 4", "digressions: 20"), ("turns: 16", "turns: 5"),
       ("  who_is_this: {say", "  «who_is_this: {most: 9, say"), last=("identity", "who_is_this")),
    _w("silent-ending", ('  attorney: {say: "I have noted that. Goodbye."}', "  «attorney: {}"),
       last=("identity", "attorney")),
    # silence and misunderstanding
    _f("silent-turn", ("slots:\n", "lead: {may_have: nickname}\nslots:\n"),
       ('  are_you_robot: {say: "Yes, I am a machine."}', '  are_you_robot: {«say: "{nickname}", ask_again: not}'),
       last=("identity", "are_you_robot")),
    _w("same-reprompt-twice", ('no_match: ["Sorry?", "Sorry, I still did not get that."]',
                               'no_match:\n    - "Sorry?"\n    - «"Sorry?"')),
    # values
    _f("said-without-value", ('say: "Which day can you pay it by?"', '«say: "Which day but {promise_date}?"'),
       last=("identity", "promise_to_pay")),
    _f("recorded-without-value", ("  declined: {outcome: refused, or_noted: true, say",
                                  "  declined: {outcome: refused, or_noted: true, «record: promise_date, say"),
       last=("payment", "deny")),
    _f("slot-never-filled", ("slots:\n", "slots:\n  plan: {type: choice, intent: how_to_pay, choices: {one: first, two: second}}\n"),
       ('    say: "Which day can you pay it by?"', '    «say: "With {plan}, which day can you pay it by?"')),
    _w("consequence-missing", ("  deceased: {end: deceased}", "  deceased: {end: deceased}\n  refuse_to_pay:\n    - «{end: declined}")),
    _w("confirm-missing", ("  deceased: {end: deceased}", "  deceased: {end: deceased}\n  refuse_to_pay:\n    - «{end: declined}")),
    _w("slot-unused", ("slots:\n", "slots:\n  «plan: {type: text, intent: affirm}\n")),
    _w("value-may-be-missing", ("slots:\n", "lead: {may_have: nickname}\nslots:\n"),
       ('    say: "Which day can you pay it by?"', '    «say: "{nickname}, which day can you pay it by?"')),
    # slots
    _f("slot-accepts-nothing", ("slots:\n", "slots:\n  «part: {type: money, intent: affirm, least: 50, most: 10}\n")),
    _f("choice-of-two-values",
       ("slots:\n", "slots:\n  plan:\n    type: choice\n    intent: affirm\n    choices:\n      one: [first]\n      two:\n        - second\n        - «first\n")),
    _w("asked-and-not-kept", ("    asks: promise_date", "    asks: «due_on"), ("slots:\n", "slots:\n  due_on: {type: date, intent: promise_to_pay, ask: when, past: \"Past.\", too_far: \"Too far.\"}\n"), ("{if: promise_date known, go: confirm}\n        - {stay", "{if: due_on known, go: confirm}\n        - {stay")),
    _w("refused-without-a-word", ('slots:\n  promise_date: {', 'slots:\n  «promise_date: {'), ('past: "That day has passed.", ', "")),
    # transfers
    _f("transfer-loop", ('  failed: {say: "Nobody is free.", end: declined}', '  «failed: {say: "Wait.", end: transferred}'),
       last=("identity", "transfer_failed")),
    _f("transfer-fails-silently", ('  failed: {say: "Nobody is free.", end: declined}', "  «failed: {end: voicemail}"),
       last=("identity", "transfer_failed")),
    # reach
    _w("unreachable-step", ("  confirm:\n", '  «lost:\n    say: "Where am I?"\n    answers: {affirm: {end: declined}}\n  confirm:\n')),
    _w("unreachable-ending", ("  voicemail: {}", '  voicemail: {}\n  «dispute: {say: "Goodbye."}')),
    _f("unreachable-answer", ("        - {if: promise_date known, go: confirm}\n        - when\n",
                              "        - when\n        - «{if: promise_date known, go: confirm}\n"), name="behind another"),
    _w("unreachable-answer", ("        - {end: promise_to_pay}", "        - «{if: promise_date missing, go: when}\n        - {end: promise_to_pay}"),
       name="whose condition never holds"),
    # wording
    _f("banned-phrase", ('say: "I understand. Goodbye."', '«say: "Last  Warning, you will go to jail. Goodbye."'),
       last=("payment", "deny")),
    _w("line-too-long", ('    say: "Which day can you pay it by?"', f'    «say: "Which day{" can you pay it by, please" * 8}?"')),
    _w("turn-too-long", ('say: "This is an attempt to collect a debt."', f'say: ["{"This is it. " * 11}", "{"This was it. " * 11}", "{"That is it. " * 11}"]'),
       ('    say: "Your payment of', '    «say: "Your payment of'), last=("identity", "affirm")),
    _w("asks-nothing", ('say: "Which day can you pay it by?"', '«say: "You can pay it one day."')),
    # understanding
    _f("intent-without-examples", ("      affirm: when\n", "      affirm: when\n      «ready_now: when\n"),
       ("debt_words:", "intents: {ready_now: {}}\ndebt_words:")),
    _w("few-examples", ("      affirm: when\n", "      affirm: when\n      ready_now: when\n"),
       ("debt_words:", "intents:\n  «ready_now: {examples: [ready, steady]}\ndebt_words:")),
    _f("example-of-two-intents", ("    exhausted: {end: gave_up}\n", "    exhausted: {end: gave_up}\n    examples:\n      deny: [never]\n      promise_to_pay:\n        - some day\n        - «Never\n")),
    _f("keys-clash", ('keys: {"1": affirm, "2": deny, "9": stop_calling}\n    answers:\n      affirm: when',
                      'max_digits: 2\n    keys:\n      "1": affirm\n      «"12": deny\n      "9": stop_calling\n    answers:\n      affirm: when')),
    _f("key-cannot-be-pressed", ('keys: {"1": affirm, "2": deny, "9": stop_calling}\n    answers:\n      affirm: when',
                                 'keys:\n      «"44": affirm\n    answers:\n      affirm: when')),
    _f("key-words-mean-nothing", ("words: tomorrow}, ", "words: whatever}, "), ('    keys: {"1": {intent', '    «keys: {"1": {intent')),
    _f("key-refused", ("words: tomorrow}, ", "words: in three months}, "), ('    keys: {"1": {intent', '    «keys: {"1": {intent')),
    _w("key-changes-meaning", ('"1": {intent: promise_to_pay, words: tomorrow}, "9": stop_calling}', '«"9": {intent: promise_to_pay, words: tomorrow}}')),
    _w("word-not-heard", ("    exhausted: {end: gave_up}\n", "    exhausted: {end: gave_up}\n    hints:\n      - tomorrow\n      - «on michaelmas\n")),
    # localisation
    _w("other-language", ('say: "Which day can you pay it by?"', '«say: "您哪天能还？"')),
    _w("not-localised", ("always:", "«always:"), ("  deceased: {end: deceased}\n", "")),
)  # fmt: skip

REFUSED: Final = (
    _f("there is no way to stop the calls", *[(', "9": stop_calling', "")] * 3, ("always:", "«always:"), ("  stop_calling: {end: do_not_call}\n", "")),
    _f("'stop_calling' must end with the outcome do_not_call",
       ("      affirm: when\n", "      affirm: when\n      «stop_calling: {stay: true}\n")),
    _f("there is no step 'whne'", ("      affirm: when\n", "      «affirm: whne\n")),
    _f("there is no ending 'declind'", ("deny: {note: refused, end: declined}", "deny: {note: refused, «end: declind}")),
    _f("{promise_day} is not known", ("I have noted {promise_date}.", "I have noted {promise_day}."),
       ("  promise_to_pay: {say: \"I have", "  promise_to_pay: {«say: \"I have")),
    _f("there is no intent 'afirm'", ("      affirm: when\n", "      «afirm: when\n")),
    _f("a transfer needs an extension", ('transferred: {action: transfer, extension: "700", say', '«transferred: {action: transfer, say')),
    _f("nothing says what happens when nobody takes the transfer", ("transferred: {action", "«transferred: {action"),
       ('transfer:\n  failed: {say: "Nobody is free.", end: declined}\n', "")),
    _f("this step confirms promise_date without saying it",
       ('    say: "You will pay by {promise_date}. Is that right?"', '    «say: "You will pay. Is that right?"')),
    _f("this step has no answer 'dispute'", ('"9": stop_calling}\n    answers:\n      affirm: when', '«"9": dispute}\n    answers:\n      affirm: when')),
    _f("'deny' is given twice here", ("      deny: {note: refused, end: declined}\n",
                                    "      deny: {note: refused, end: declined}\n      «deny: when\n")),
    _f("an answer leads one way", ("deny: {note: refused, end: declined}", "«deny: {end: declined, go: when}")),
    _f("'promise_date now' is not a condition", ("{if: promise_date given, go", "{«if: promise_date now, go")),
)  # fmt: skip
