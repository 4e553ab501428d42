# Debian ships Buildbot's server without its pages, and the server wants a plug-in
# for those. This one has none: what is under test is its interface.
import os

from twisted.web import resource


class Pages:
    description = "no pages"
    version = "1"
    static_dir = os.path.dirname(__file__)
    ui = False

    def __init__(self):
        self.resource = resource.Resource()


ep = Pages()
