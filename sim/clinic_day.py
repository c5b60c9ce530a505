"""The inside of a closed clinic day, compiled: balance the list, see the patients, take bookings.

All units of a day are worked in one call. SimPy owns everything between days; what happens within a day
is exact here as long as the day's list is known before it opens and the staff finish it before the next
(see docs/decisions/0003-day-kernel.md). Array axes: u unit, p profession (nurse, doctor), k kind (same-day,
booked), w days waited. Day numbers are indices from the start of the warm-up; minutes count from opening.

`queue_day` is the multi-server recursion of Kiefer and Wolfowitz (1955, doi 10.1090/S0002-9947-1955-0066587-0).
"""

from __future__ import annotations

import numba as nb
import numpy as np

from sim.randomness import as_uniform, philox
from sim.records import DIVERTED_BOOKED, DIVERTED_SAME_DAY

SAME_DAY, BOOKED = 0, 1  # a kind seen is the outcome of the same number
NOT_SEEN = -1.0
_KIND_BITS = 16
_LEAD, _ACCEPTS, _CARRIED = 2, 3, 4  # purposes of keyed draws; 0 and 1 are the kinds, 4 + kind if carried


@nb.njit(cache=True, inline="always")
def _words(unit_key, day, profession, purpose, number):  # type: ignore[no-untyped-def]  # numba infers
    mask = np.uint64(0xFFFFFFFF)
    place = np.uint64(profession + 2 * purpose)
    return philox(
        unit_key & mask, unit_key >> np.uint64(32), np.uint64(day), place, np.uint64(number), np.uint64(0)
    )


@nb.njit(cache=True)
def balance(  # type: ignore[no-untyped-def]  # numba infers
    day, capacity, planned, committed, bookable_share, horizon, requests, keys, mean_minutes, accepts,
    diary, carried, offsets, expected_minutes, movable, counts,
):  # fmt: skip
    """Set each unit's expected minutes against the staff present; move what does not fit.

    `capacity` (u, p) is minutes present with overtime; `diary` (slot, u, p, k, w) counts other patients by
    the days waited when their day comes, and today's same-day requests join it here; `offsets` (2u + 1)
    delimit the transferred visits of each unit and profession. Same-day requests move or are diverted
    (counted in `counts` (u, p, outcome, w)), then booked visits, then transferred visits that are `movable`.
    Returns which transferred visits must get another day, bool (visits,).
    """
    slots, longest = diary.shape[0], diary.shape[4]
    slot = day % slots
    moved = np.zeros(expected_minutes.size, dtype=np.bool_)
    for u in range(capacity.shape[0]):
        for p in range(2):
            new = requests[u, p, SAME_DAY, day]
            diary[slot, u, p, SAME_DAY, 0] += new
            first, last = offsets[2 * u + p], offsets[2 * u + p + 1]
            mean = mean_minutes[p]
            excess = committed[u, p, day] + (new + carried[u, p].sum()) * mean - capacity[u, p]
            if excess <= 0.0:
                continue
            later = day + 1
            draws = 0
            for waited in range(longest):
                while excess > 0.0 and diary[slot, u, p, SAME_DAY, waited] > 0:
                    while later <= day + horizon and committed[u, p, later] + mean > planned[u, p, later]:
                        later += 1
                    diary[slot, u, p, SAME_DAY, waited] -= 1
                    excess -= mean
                    wait = waited + later - day
                    chance = as_uniform(_words(keys[u], day, p, _ACCEPTS, draws)[0])
                    draws += 1
                    if later <= day + horizon and wait < longest and chance < accepts ** (later - day):
                        diary[later % slots, u, p, SAME_DAY, wait] += 1
                        committed[u, p, later] += mean
                    else:
                        counts[u, p, DIVERTED_SAME_DAY, min(wait, longest - 1)] += 1
            later = day + 1
            for waited in range(longest):
                while excess > 0.0 and diary[slot, u, p, BOOKED, waited] > 0:
                    room = bookable_share * planned[u, p, later]
                    while later <= day + horizon and committed[u, p, later] + mean > room:
                        later += 1
                        room = bookable_share * planned[u, p, later]
                    if later > day + horizon or waited + later - day >= longest:
                        break
                    diary[slot, u, p, BOOKED, waited] -= 1
                    diary[later % slots, u, p, BOOKED, waited + later - day] += 1
                    committed[u, p, later] += mean
                    excess -= mean
            for visit in range(first, last):
                if excess > 0.0 and movable[visit]:
                    moved[visit] = True
                    excess -= expected_minutes[visit]
    return moved


@nb.njit(cache=True)
def day_list(  # type: ignore[no-untyped-def]  # numba infers
    day, last_arrival, keys, mean_minutes, minutes_table, diary, carried, offsets, arrival, minutes, comes
):
    """Everybody who comes today, per unit and profession, in the order in which they are served.

    Takes the slot of today out of `diary`, and `carried`. Order is arrival minute, ties by visit: transferred
    visits by id, then others, those carried over first. Returns the offsets of each unit and profession
    (2u + 1), arrival minutes, service minutes, and who it is: the index of a transferred visit, or
    -1 - (k × 2^16 + w) for another patient.
    """
    slots, units = diary.shape[:2]
    slot = day % slots
    size = comes.sum() + carried.sum()
    for u in range(units):
        for p in range(2):
            for k in range(2):
                size += diary[slot, u, p, k].sum()
    ends = np.zeros(2 * units + 1, dtype=np.int64)
    arrivals, services, who = np.empty(size, np.int64), np.empty(size), np.empty(size, np.int64)
    came, takes, ident = np.empty(size, np.int64), np.empty(size), np.empty(size, np.int64)
    latest = max(np.int64(np.ceil(last_arrival)), arrival.max() if arrival.size else 0)
    place = np.zeros(latest + 1, dtype=np.int64)
    for u in range(units):
        for p in range(2):
            begin = ends[2 * u + p]
            n = 0
            for visit in range(offsets[2 * u + p], offsets[2 * u + p + 1]):
                if comes[visit]:
                    came[n], takes[n], ident[n] = arrival[visit], minutes[visit], visit
                    n += 1
            for k in range(2):
                n = _others(
                    keys[u], day, p, _CARRIED + k, k, carried[u, p, k], 0.0, mean_minutes[p], minutes_table,
                    came, takes, ident, n,
                )  # fmt: skip
                n = _others(
                    keys[u], day, p, k, k, diary[slot, u, p, k], last_arrival, mean_minutes[p], minutes_table,
                    came, takes, ident, n,
                )  # fmt: skip
            _by_minute(place, n, came, takes, ident, begin, arrivals, services, who)
            ends[2 * u + p + 1] = begin + n
    return ends, arrivals, services, who


@nb.njit(cache=True)
def _others(unit_key, day, p, purpose, k, counts, last_arrival, mean, table, came, takes, ident, n):  # type: ignore[no-untyped-def]  # numba infers
    """Draw arrival and minutes of other patients, two to each keyed draw; empties `counts` (w). Returns the new n."""
    points = table.size
    drawn = 0
    left = counts.sum()
    for w in range(counts.size):
        if left == 0:
            break
        left -= counts[w]
        for _ in range(counts[w]):
            if drawn % 2 == 0:
                first, second, third, fourth = _words(unit_key, day, p, purpose, drawn // 2)
            else:
                first, second = third, fourth
            came[n] = np.int64(np.ceil(as_uniform(first) * last_arrival))
            takes[n] = mean * table[np.int64(as_uniform(second) * points)]
            ident[n] = -1 - (k << _KIND_BITS | w)
            drawn += 1
            n += 1
        counts[w] = 0
    return n


@nb.njit(cache=True)
def _by_minute(place, n, came, takes, ident, begin, arrivals, services, who):  # type: ignore[no-untyped-def]  # numba infers
    """Counting sort of the first n visits by arrival minute, ties in their order, into the arrays from `begin`.

    `place` (minutes) is for its use alone, zero before and after.
    """
    for i in range(n):
        place[came[i]] += 1
    at = begin
    for minute in range(place.size):
        here, place[minute] = place[minute], at
        at += here
    for i in range(n):
        at = place[came[i]]
        place[came[i]] += 1
        arrivals[at], services[at], who[at] = came[i], takes[i], ident[i]
    place[:] = 0


@nb.njit(cache=True)
def queue_day(ends, arrivals, services, servers, closing, latest_start):  # type: ignore[no-untyped-def]  # numba infers
    """First come, first served at every unit and profession: exact start of each visit.

    `ends` (2u + 1) delimits the lists, each sorted by arrival; `servers` (u, p) are present from opening
    (minute 0) to `closing`. Returns starts (visits,), NOT_SEEN where a visit would begin after
    `latest_start`, and minutes used and overtime minutes, each (u, p).
    """
    starts = np.empty(arrivals.size)
    used = np.zeros(servers.shape)
    overtime = np.zeros(servers.shape)
    free = np.empty(max(1, servers.max()))
    for queue in range(ends.size - 1):
        u, p = queue // 2, queue % 2
        staff = servers[u, p]
        free[:staff] = 0.0
        for visit in range(ends[queue], ends[queue + 1]):
            first = 0
            for server in range(1, staff):
                if free[server] < free[first]:
                    first = server
            start = max(np.float64(arrivals[visit]), free[first])
            if staff == 0 or start > latest_start:
                starts[visit] = NOT_SEEN
                continue
            starts[visit] = start
            free[first] = start + services[visit]
            used[u, p] += services[visit]
        for server in range(staff):
            overtime[u, p] += max(0.0, free[server] - closing)
    return starts, used, overtime


@nb.njit(cache=True)
def waits(starts, arrivals, who, visits):  # type: ignore[no-untyped-def]  # numba infers
    """Minutes from arrival to start of so many transferred visits; NOT_SEEN where one was not seen, or did not come."""
    found = np.full(visits, NOT_SEEN)
    for place in range(who.size):
        if who[place] >= 0 and starts[place] != NOT_SEEN:
            found[who[place]] = starts[place] - arrivals[place]
    return found


@nb.njit(cache=True)
def outcomes(ends, starts, who, next_day_waits, carried, counts):  # type: ignore[no-untyped-def]  # numba infers
    """Sort the day's other patients into `counts` (u, p, outcome, w) or, if not seen, `carried`.

    `next_day_waits` is days from today to the next open day, added to the wait of those carried over.
    """
    longest = counts.shape[3]
    for queue in range(ends.size - 1):
        u, p = queue // 2, queue % 2
        for visit in range(ends[queue], ends[queue + 1]):
            if who[visit] >= 0:
                continue
            k, w = (-1 - who[visit]) >> _KIND_BITS, (-1 - who[visit]) & ((1 << _KIND_BITS) - 1)
            if starts[visit] == NOT_SEEN:
                carried[u, p, k, min(w + next_day_waits, longest - 1)] += 1
            else:
                counts[u, p, k, w] += 1


@nb.njit(cache=True)
def take_bookings(  # type: ignore[no-untyped-def]  # numba infers
    day, planned, committed, bookable_share, horizon, requests, keys, mean_minutes, lead_table, next_open,
    diary, counts,
):  # fmt: skip
    """Give today's callers who want a booked visit the first day with room at or after the day they wish.

    The wait runs from the wished day. Without room inside the diary's horizon they are turned away and
    counted in `counts` (u, p, outcome, w).
    """
    slots, longest = diary.shape[0], diary.shape[4]
    full_to = np.empty(slots + 1, dtype=np.int64)
    words = np.empty(4, dtype=np.uint64)
    for u in range(planned.shape[0]):
        for p in range(2):
            mean = mean_minutes[p]
            full_to[:] = 0
            for number in range(requests[u, p, BOOKED, day]):
                if number % 4 == 0:
                    words[0], words[1], words[2], words[3] = _words(keys[u], day, p, _LEAD, number // 4)
                chance = as_uniform(words[number % 4])
                wished = next_open[day + lead_table[np.int64(chance * lead_table.size)]]
                last = max(day + horizon, wished)  # the wish may fall on the first open day after the horizon
                chosen = wished
                while chosen <= last:
                    if full_to[chosen - day] > 0:
                        chosen = full_to[chosen - day]
                        continue
                    if committed[u, p, chosen] + mean <= bookable_share * planned[u, p, chosen]:
                        break
                    full_to[chosen - day] = chosen + 1
                    chosen += 1
                if chosen <= last:
                    diary[chosen % slots, u, p, BOOKED, chosen - wished] += 1
                    committed[u, p, chosen] += mean
                else:
                    counts[u, p, DIVERTED_BOOKED, min(last - wished, longest - 1)] += 1
                if wished < chosen:
                    full_to[wished - day] = chosen


@nb.njit(cache=True)
def take_counts(counts, unit, profession, outcome, waited, visits):  # type: ignore[no-untyped-def]  # numba infers
    """Move the non-zero `counts` (u, p, outcome, w) into rows, and clear them. Returns the number of rows."""
    n = 0
    for u in range(counts.shape[0]):
        for p in range(counts.shape[1]):
            for o in range(counts.shape[2]):
                left = counts[u, p, o].sum()
                for w in range(counts.shape[3]):
                    if left == 0:
                        break
                    here = counts[u, p, o, w]
                    if here:
                        unit[n], profession[n], outcome[n], waited[n], visits[n] = u, p, o, w, here
                        counts[u, p, o, w] = 0
                        left -= here
                        n += 1
    return n
