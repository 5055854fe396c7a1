"""Leads schemathesis to success: of two requests to an operation that needs something to be there,
one is given an item that is there, a lease that runs, a decision to take back, a report handed in.
The other stays as it was made up. Every answer is noted, so that `.ci/schemathesis` can tell which
operation never succeeded."""

import itertools
import json
import os
import time
import urllib.error
import urllib.request

import schemathesis

ADDRESS = os.environ["WASPADA_ADDRESS"]
TOKEN = os.environ["WASPADA_TOKEN"]
ANSWERS = os.environ["WASPADA_ANSWERS"]
OUTCOMES = itertools.cycle(["EDUKASI", "TAKEDOWN", "BUKAN_berita", "PANTAU_AKUN", "RUJUK_POLRI"])

turns = {}
decided = []
handed_in = []


def ask(method, path):
    request = urllib.request.Request(ADDRESS + path, method=method)
    request.add_header("Authorization", f"Bearer {TOKEN}")
    # What leads asks with the same token, and waits like everybody where it asked too often.
    for _ in range(60):
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            if error.code != 429:
                raise
            time.sleep(1)
    raise TimeoutError(path)


def open_item():
    items = ask("GET", "/api/items")["items"]
    return items[0]["id"] if items else None


def decide(case):
    lease = ask("POST", "/api/next")["lease"]
    if lease:
        case.path_parameters = {"id": lease["item"]}
        outcome = next(OUTCOMES)
        case.body = {"token": lease["token"], "outcome": outcome, "reason": "contoh"}


def undo(case):
    if decided:
        case.path_parameters = {"id": decided[-1]}
        case.body = {"reason": "keliru"}


def item(case):
    known = open_item()
    if known is not None:
        case.path_parameters = {"id": known}


def hand_in(case):
    case.body = {"text": "Kerja di Poipet, masuk pelancong dulu. WA 0840-0000-0001"}


def report(case):
    if handed_in:
        case.path_parameters = {"id": handed_in[-1]}


LEADING = {
    "GET /api/items/{id}": item,
    "POST /api/items/{id}/reveal": item,
    "POST /api/items/{id}/lease": item,
    "POST /api/items/{id}/decide": decide,
    "POST /api/items/{id}/undo": undo,
    "POST /api/reports": hand_in,
    "GET /api/reports/{id}": report,
}


def operation(case):
    return f"{case.method.upper()} {case.operation.path}"


@schemathesis.hook
def before_call(context, case, kwargs):
    lead = LEADING.get(operation(case))
    if lead and next(turns.setdefault(operation(case), itertools.count())) % 2 == 0:
        lead(case)


@schemathesis.hook
def after_call(context, case, response):
    named = operation(case)
    if response.status_code < 300:
        if named == "POST /api/items/{id}/decide":
            decided.append(case.path_parameters["id"])
        elif named == "POST /api/items/{id}/undo" and decided:
            decided.pop()
        elif named == "POST /api/reports":
            handed_in.append(response.json()["id"])
    with open(ANSWERS, "a", encoding="utf-8") as answers:
        print(response.status_code, named, file=answers)
