"""The program of a deployment: its name, time zone, currency and locale, and the rules that hold for all schemes."""
