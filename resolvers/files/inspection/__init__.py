"""The inspection of one file on disk, and its thumbnail: functions of a path that know no database and no server.

Files are hostile until they passed, so the server runs these functions in a process of their own, with limits
(`limited`). That process imports nothing of the server except this package and `domain`.
"""
