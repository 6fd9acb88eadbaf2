"""What a complaint means: what passes, what lasts, what is about the request and what is not."""

from __future__ import annotations

import re

from llmcheck.llm.endpoint.complaints import NO_COMPLETION, Complaint

LONGEST_WAIT = 120.0
"""Seconds that a run waits for an endpoint that asks for it; longer is a quota that is used up."""

MECHANISM = re.compile(
    r"response.?(format|schema|mime)|json.?(schema|object|mode)|structured.?output|grammar"
    r"|\btools?\b|tool.?(choice|call|use)|function.?(call|declaration)|generation.?config"
    r"|\$(defs|ref)\b|additionalProperties",
    re.IGNORECASE,
)
"""Words for the ways of asking for JSON."""
_UNSUPPORTED = re.compile(
    r"unsupported|(not|n't)( \w+)? support|no endpoints|unavailable|not available"
    r"|unrecogni[sz]ed|unknown|unexpected|cannot find|\bextra"
    r"|not (allowed|permitted|implemented|enabled)|invalid schema|requires|may not be"
    r"|must be (one of|'?text)|only .{0,40} supported",
    re.IGNORECASE,
)
_CONTEXT = re.compile(
    r"context.?(length|size|window|limit)|exceed_context"
    r"|(prompt|input|request).{0,20} too (long|large)"
    r"|too many (input )?tokens|input token count|reduce the length|maximum number of tokens",
    re.IGNORECASE,
)
_UNFIT = re.compile(r"json_validate_failed|tool_use_failed|output_parse_failed", re.IGNORECASE)
_NO_MONEY = re.compile(
    r"insufficient_quota|credit balance|insufficient (credit|balance|fund)|out of credit"
    r"|billing_(hard_limit|not_active)|payment required",
    re.IGNORECASE,
)
_DAILY = re.compile(r"per.?(day|month)|daily|monthly|\b[RT]PD\b", re.IGNORECASE)
_MODEL_UNKNOWN = re.compile(
    r"model_not_found|not_found_error.{0,20}model"
    r"|\bmodels?\b.{0,80}(not found|not exist|unknown|not a valid|no longer|decommissioned)"
    r"|(unknown|invalid|no such|not a valid) model|model_decommissioned",
    re.IGNORECASE,
)
_OF_THE_TEXT_OR_KEY = re.compile(
    r"content.?(filter|policy|management)|moderat|safety|inspection|blocked|flagged|sensitive|policy"
    r"|api.?key|credential|authenti|authori[sz]|permission|denied|forbidden|\baccess\b|account"
    r"|organi[sz]ation|verif|region|country|territory|licen[cs]e|terms|cloudflare|firewall|captcha",
    re.IGNORECASE,
)


def passes(complaint: Complaint) -> bool:
    """Whether the same request may well succeed in a while."""
    busy = complaint.status in (200, 408, 409, 425, 429) or complaint.status >= 500
    return busy and not (
        lasts(complaint)
        or out_of_money(complaint)
        or rejects_mode(complaint)
        or is_unfit(complaint)
        or (complaint.status == 200 and (is_too_long(complaint) or model_unknown(complaint)))
    )


def is_busy(complaint: Complaint) -> bool:
    """Whether an endpoint is said to be asked too much, by all: it passes, and may say when."""
    return passes(complaint) and (complaint.status in (429, 529) or complaint.wait is not None)


def is_no_completion(complaint: Complaint) -> bool:
    """Whether what came is an answer of another sort: a page, half an answer, nothing."""
    return NO_COMPLETION in complaint.codes


def redirects(complaint: Complaint) -> bool:
    """Whether the endpoint sends to another address."""
    return 300 <= complaint.status < 400


def lasts(complaint: Complaint) -> bool:
    """Whether it is said that nothing will be answered for longer than a run waits."""
    if complaint.status < 429:
        return False
    if complaint.wait is not None:
        return complaint.wait > LONGEST_WAIT
    return complaint.status == 429 and bool(_DAILY.search(complaint.said))


def out_of_money(complaint: Complaint) -> bool:
    """Whether the key's quota or credit is used up."""
    return complaint.status == 402 or (
        (complaint.status == 200 or 400 <= complaint.status < 500)
        and bool(_NO_MONEY.search(complaint.said) or "insufficient_quota" in complaint.codes)
    )


def is_too_long(complaint: Complaint) -> bool:
    """Whether the text is more than the model's context holds."""
    return complaint.status == 413 or (
        complaint.status in (200, 400, 404, 422, 500) and bool(_CONTEXT.search(complaint.said))
    )


def key_rejected(complaint: Complaint) -> bool:
    """Whether the API key is none that the endpoint knows."""
    return complaint.status == 401 or "api_key_invalid" in complaint.codes


def is_unfit(complaint: Complaint) -> bool:
    """Whether the model answered and the endpoint itself found that the answer does not fit."""
    return bool(_UNFIT.search(" ".join((complaint.said, *complaint.codes))))


def rejects_mode(complaint: Complaint) -> bool:
    """Whether the endpoint does not take this way of asking for JSON."""
    return (
        complaint.status in (400, 404, 422, 500, 501)
        and not is_unfit(complaint)
        and MECHANISM.search(f"{complaint.said} {complaint.param}") is not None
        and _UNSUPPORTED.search(complaint.said) is not None
    )


def model_unknown(complaint: Complaint) -> bool:
    """Whether the endpoint has no such model (or no such address)."""
    return (complaint.status == 200 or 400 <= complaint.status < 500) and (
        complaint.status == 404
        or "model_not_found" in complaint.codes
        or bool(_MODEL_UNKNOWN.search(complaint.said))
    )


def is_unexplained(complaint: Complaint) -> bool:
    """Whether a request was called wrong and no words say what about it: then any of the things
    that could be left out may be."""
    return complaint.status in (400, 403, 422) and not (
        complaint.param
        or is_too_long(complaint)
        or is_unfit(complaint)
        or rejects_mode(complaint)
        or model_unknown(complaint)
        or out_of_money(complaint)
        or _OF_THE_TEXT_OR_KEY.search(complaint.said)
    )


def befalls_every_call(complaint: Complaint, *, answered: bool) -> bool:
    """Whether all later calls to the same model would meet this too; ``answered`` says whether
    one was answered before."""
    if complaint.status == 403 or is_no_completion(complaint):
        # A firewall or a moderator may refuse one document and take the others.
        return not answered
    return (
        key_rejected(complaint)
        or redirects(complaint)
        or model_unknown(complaint)
        or out_of_money(complaint)
        or lasts(complaint)
    )
