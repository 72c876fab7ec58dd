#!/usr/bin/env python3
"""A plain exporter, as one writes it in an afternoon: requests and prometheus_client, four lists every five seconds.

`exporter.py URL CLIENT_KEY USER PASSWORD PORT`. It counts nothing between two readings, judges nothing and keeps what it
read last: the least that a Python exporter of these lists can do. For `compare`.
"""

import base64, json, sys, threading, time

import requests
from prometheus_client import REGISTRY, start_http_server
from prometheus_client.core import GaugeMetricFamily

URL, KEY, USER, PASSWORD, PORT = sys.argv[1:6]
POLL = 5
NUMBERS = {
    "queueLength": "queue_length",
    "longestWaitTime": "longest_wait_seconds",
    "estimatedWaitTime": "estimated_wait_seconds",
    "agentsLoggedOn": "agents_logged_on",
    "agentsAvailable": "agents_available",
    "agentsBusy": "agents_busy",
    "open": "open",
}


class Trio:
    def __init__(self):
        self.session = requests.Session()
        self.session.trust_env = False
        latin1 = lambda text: base64.b64encode(text.encode("latin-1")).decode()
        form = {"username": latin1(USER), "password": latin1(PASSWORD)}
        answer = self.session.post(f"{URL}/login", data=form, headers={"Authorization": f"Basic {KEY}"}, timeout=10)
        answer.raise_for_status()
        self.session.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
        self.session.headers["Accept"] = "application/json"

    def rows(self, resource):
        page, pages, rows = 1, 1, []
        while page <= pages:
            parameters = {"page": page, "pageSize": 1000}
            answer = self.session.get(f"{URL}/cc/1/{resource}", params=parameters, timeout=10)
            answer.raise_for_status()
            rows.extend(answer.json()["data"])
            pages = json.loads(answer.headers.get("X-Pagination", '{"totalPages": 1}'))["totalPages"]
            page += 1
        return rows


def count(rows, members):
    counts = {}
    for row in rows:
        key = tuple(str(row.get(member)) for member in members)
        counts[key] = counts.get(key, 0) + 1
    return counts


class Collector:
    def __init__(self):
        self.families = []

    def collect(self):
        return self.families

    def read(self, trio):
        families = []
        services = trio.rows("services/state")
        for member, name in NUMBERS.items():
            family = GaugeMetricFamily(f"peer_service_{name}", f"{member} of a service.", labels=["service_id", "service_name"])
            for row in services:
                if row.get(member) is not None:
                    family.add_metric([str(row["serviceId"]), row["serviceName"]], float(row[member]))
            families.append(family)
        for name, resource, members in [
            ("agents", "agents/state", ["state"]),
            ("calls", "services/calls", ["serviceId", "caseClass", "state"]),
            ("cases", "services/cases", ["serviceId", "caseClass", "state"]),
        ]:
            family = GaugeMetricFamily(f"peer_{name}", f"Rows of {resource}.", labels=members)
            for labels, number in count(trio.rows(resource), members).items():
                family.add_metric(labels, number)
            families.append(family)
        self.families = families


collector = Collector()
collector.read(trio := Trio())
REGISTRY.register(collector)
start_http_server(int(PORT), "127.0.0.1")
due = time.monotonic()
while True:
    due += POLL
    threading.Event().wait(max(0.0, due - time.monotonic()))
    collector.read(trio)
