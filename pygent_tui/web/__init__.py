"""The app in a browser tab of this machine: a server on the loopback, its page, and one process of the app for the open tab.

Loaded only when a session is served; the only part of the app that imports aiohttp. The terminal in the page is textual-serve's.
"""
