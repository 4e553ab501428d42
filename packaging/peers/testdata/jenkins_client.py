# Drives the stand-in by python-jenkins, as somebody's script would drive a
# Jenkins. The arguments are its address and the launch's id.
import sys
import time

import jenkins

address, launch = sys.argv[1:]
server = jenkins.Jenkins(address, username="ship-it", password="token", timeout=10)


def until(what, so):
    for _ in range(300):
        if so():
            return
        time.sleep(0.1)
    sys.exit("never: " + what)


assert server.job_exists("deploy/app")
assert not server.job_exists("deploy/none")
info = server.get_job_info("deploy/app")
assert info["buildable"] and info["builds"] == [], info

item = server.build_job("deploy/app", {"LAUNCH": launch})
told = server.get_queue_item(item)
assert told["id"] == item and told["why"], told
assert [i["id"] for i in server.get_queue_info()] == [item]

until("left the queue", lambda: server.get_queue_item(item).get("executable"))
number = server.get_queue_item(item)["executable"]["number"]
build = server.get_build_info("deploy/app", number)
assert build["building"] and build["result"] is None and build["queueId"] == item, build
until("ended", lambda: not server.get_build_info("deploy/app", number)["building"])
build = server.get_build_info("deploy/app", number)
assert build["result"] == "SUCCESS", build
values = [p["value"] for a in build["actions"] for p in a.get("parameters", []) if p["name"] == "LAUNCH"]
assert values == [launch], values
assert [b["number"] for b in server.get_job_info("deploy/app")["builds"]] == [number]

second = server.build_job("deploy/app", {"LAUNCH": launch + "2"})
try:
    server.cancel_queue(second)
except jenkins.EmptyResponseException:
    pass  # a 204, as Jenkins gives it now, is newer than this client
assert server.get_queue_item(second)["cancelled"]
