"""The inside of a closed clinic day, compiled: balance the list, see the patients, take bookings.

All units of a day are worked in one call. SimPy owns everything between days; what happens within a day
is exact here as long as the day's list is known before it opens and the staff finish it before the next
(see docs/decisions/0003-day-kernel.md). Array axes: u unit, p profession (nurse, doctor), k kind (same-day,
booked), w days waited. Day numbers are indices from the start of the warm-up; minutes count from opening.

Other patients are counted, not named. `diary` (slot, k, w, u, p) counts them by the days that they will have waited
when their day comes. A day's slot is its number modulo the number of slots; one more slot, the last, is for those
carried over to the next open day. `counts` (became, k, w, u, p) is what became of them today. The last place along
w is the total, and lets a list be read no further than anybody has waited. Units come last, since one day's numbers
of all units are read together and neighbours book the same days: most of what a unit needs is then in cache.

`queue_day` is the multi-server recursion of Kiefer and Wolfowitz (1955, doi 10.1090/S0002-9947-1955-0066587-0).
"""

from __future__ import annotations

import numba as nb
import numpy as np

from sim.randomness import as_uniform, philox

SAME_DAY, BOOKED = 0, 1
SEEN, DIVERTED = 0, 1  # what becomes of a request; as an outcome, 2 × this + kind
NOT_SEEN = -1.0
CARRIED = -1  # slot of those carried over
TOTAL = -1  # place along w
_KIND_BITS = 16
_SPAN = 8  # minutes
_LEAD, _ACCEPTS, _IF_CARRIED = 2, 3, 4  # purposes of keyed draws; 0 and 1 are the kinds, 4 + kind if carried


@nb.njit(cache=True, inline="always")
def _words(unit_key, day, profession, purpose, number):  # type: ignore[no-untyped-def]  # numba infers
    mask = np.uint64(0xFFFFFFFF)
    place = np.uint64(profession + 2 * purpose)
    return philox(
        unit_key & mask, unit_key >> np.uint64(32), np.uint64(day), place, np.uint64(number), np.uint64(0)
    )


@nb.njit(cache=True)
def _add(lists, i, w, visits):  # type: ignore[no-untyped-def]  # numba infers
    """Add visits that waited w days to list i of `lists` (i, w), and to its total."""
    lists[i, w] += visits
    lists[i, TOTAL] += visits


@nb.njit(cache=True)
def _slot(place, slots):  # type: ignore[no-untyped-def]  # numba infers
    """A place less than two rounds on, as a slot; a remainder is slow beside the rest of a booking."""
    return place - slots if place >= slots else place


@nb.njit(cache=True)
def balance(  # type: ignore[no-untyped-def]  # numba infers
    day, capacity, planned, committed, bookable_share, horizon, requests, keys, mean_minutes, accepts,
    diary, offsets, expected_minutes, movable, counts,
):  # fmt: skip
    """Set each unit's expected minutes against the staff present; move what does not fit.

    `capacity` (u, p) is minutes present with overtime; today's same-day requests join the `diary` here;
    `offsets` (2u + 1) delimit the transferred visits of each unit and profession. Same-day requests move or are
    diverted, then booked visits move, then transferred visits that are `movable`. Returns which transferred
    visits must get another day, bool (visits,).
    """
    slots, longest = diary.shape[0] - 1, diary.shape[2] - 1
    today = day % slots
    moved = np.zeros(expected_minutes.size, dtype=np.bool_)
    for u in range(capacity.shape[0]):
        for p in range(2):
            mean = mean_minutes[p]
            new = requests[u, p, SAME_DAY, day]
            _add(diary[:, SAME_DAY, :, u, p], today, 0, new)
            others = new + diary[CARRIED, SAME_DAY, TOTAL, u, p] + diary[CARRIED, BOOKED, TOTAL, u, p]
            excess = committed[u, p, day] + others * mean - capacity[u, p]
            if excess <= 0.0:
                continue
            same_day, booked = diary[:, SAME_DAY, :, u, p], diary[:, BOOKED, :, u, p]
            diverted = counts[DIVERTED, :, :, u, p]
            later = day + 1
            draws = 0
            for waited in range(longest):
                while excess > 0.0 and same_day[today, waited] > 0:
                    while later <= day + horizon and committed[u, p, later] + mean > planned[u, p, later]:
                        later += 1
                    _add(same_day, today, waited, -1)
                    excess -= mean
                    wait = waited + later - day
                    chance = as_uniform(_words(keys[u], day, p, _ACCEPTS, draws)[0])
                    draws += 1
                    if later <= day + horizon and wait < longest and chance < accepts ** (later - day):
                        _add(same_day, later % slots, wait, 1)
                        committed[u, p, later] += mean
                    else:
                        _add(diverted, SAME_DAY, min(wait, longest - 1), 1)
            later = day + 1
            for waited in range(longest):
                while excess > 0.0 and booked[today, waited] > 0:
                    room = bookable_share * planned[u, p, later]
                    while later <= day + horizon and committed[u, p, later] + mean > room:
                        later += 1
                        room = bookable_share * planned[u, p, later]
                    if later > day + horizon or waited + later - day >= longest:
                        break
                    _add(booked, today, waited, -1)
                    _add(booked, later % slots, waited + later - day, 1)
                    committed[u, p, later] += mean
                    excess -= mean
            for visit in range(offsets[2 * u + p], offsets[2 * u + p + 1]):
                if excess > 0.0 and movable[visit]:
                    moved[visit] = True
                    excess -= expected_minutes[visit]
    return moved


@nb.njit(cache=True)
def day_list(  # type: ignore[no-untyped-def]  # numba infers
    day, last_arrival, keys, mean_minutes, minutes_table, diary, offsets, arrival, minutes, comes, counts
):
    """Everybody who comes today, per unit and profession, in the order in which they are served.

    Takes today's others and those carried over out of the `diary` and counts them as seen. Order is arrival
    minute, ties by visit: transferred visits by number, then others, those carried over first. Returns the offsets
    of each unit and profession (2u + 1), arrival minutes, service minutes, and who it is: the index of a
    transferred visit, or -1 - (k × 2^16 + w) for another patient.
    """
    slots, units = diary.shape[0] - 1, diary.shape[3]
    today = day % slots
    size = comes.sum() + diary[today, :, TOTAL].sum() + diary[CARRIED, :, TOTAL].sum()
    ends = np.zeros(2 * units + 1, dtype=np.int64)
    arrivals, services, who = np.empty(size, np.int64), np.empty(size), np.empty(size, np.int64)
    came, takes, ident = np.empty(size + 1, np.int64), np.empty(size + 1), np.empty(size, np.int64)
    latest = max(np.int64(np.ceil(last_arrival)), arrival.max() if arrival.size else 0)
    spans, order = np.zeros(latest // _SPAN + 1, dtype=np.int64), np.empty(size, np.int64)
    for u in range(units):
        for p in range(2):
            n = 0
            for visit in range(offsets[2 * u + p], offsets[2 * u + p + 1]):
                if comes[visit]:
                    came[n], takes[n], ident[n] = arrival[visit], minutes[visit], visit
                    n += 1
            for k in range(2):
                for slot, purpose, last in ((CARRIED, _IF_CARRIED + k, 0.0), (today, k, last_arrival)):
                    others = diary[slot, k, TOTAL, u, p]
                    _draw(
                        keys[u], day, p, purpose, others, last, mean_minutes[p], minutes_table, came, takes, n
                    )
                    _take_out(diary[:, k, :, u, p], slot, counts[SEEN, :, :, u, p], k, ident, n)
                    n += others
            begin = ends[2 * u + p]
            _by_minute(spans, order, n, came, takes, ident, begin, arrivals, services, who)
            ends[2 * u + p + 1] = begin + n
    return ends, arrivals, services, who


@nb.njit(cache=True)
def _draw(unit_key, day, p, purpose, others, last_arrival, mean, table, came, takes, n):  # type: ignore[no-untyped-def]  # numba infers
    """Draw arrival and minutes of other patients into the places from n on, two to each keyed draw.

    If their number is odd, the place after theirs is overwritten.
    """
    for number in range((others + 1) // 2):
        first, second, third, fourth = _words(unit_key, day, p, purpose, number)
        one, two = n + 2 * number, n + 2 * number + 1
        came[one] = np.int64(np.ceil(as_uniform(first) * last_arrival))
        came[two] = np.int64(np.ceil(as_uniform(third) * last_arrival))
        takes[one] = mean * table[np.int64(as_uniform(second) * table.size)]
        takes[two] = mean * table[np.int64(as_uniform(fourth) * table.size)]


@nb.njit(cache=True)
def _take_out(waiting, slot, seen, k, ident, n):  # type: ignore[no-untyped-def]  # numba infers
    """Take a list of a kind out of the diary and count it as seen; `ident` from n on says who they are."""
    for w in range(waiting.shape[1] - 1):
        if waiting[slot, TOTAL] == 0:
            break
        here = waiting[slot, w]
        for i in range(n, n + here):
            ident[i] = -1 - (k << _KIND_BITS | w)
        n += here
        _add(waiting, slot, w, -here)
        _add(seen, k, w, here)


@nb.njit(cache=True)
def _by_minute(spans, order, n, came, takes, ident, begin, arrivals, services, who):  # type: ignore[no-untyped-def]  # numba infers
    """The first n visits by arrival minute, ties in their order, into the arrays from `begin`.

    Counted into spans of minutes, then sorted by insertion: few share a span. `spans`, zero before and after, and
    `order` are for its use alone; what is sorted is minute × 2^32 + place.
    """
    for i in range(n):
        spans[came[i] // _SPAN] += 1
    at = 0
    for span in range(spans.size):
        here, spans[span] = spans[span], at
        at += here
    for i in range(n):
        span = came[i] // _SPAN
        order[spans[span]] = came[i] << 32 | i
        spans[span] += 1
    spans[:] = 0
    for i in range(n):
        visit, at = order[i], i
        while at > 0 and order[at - 1] > visit:
            order[at] = order[at - 1]
            at -= 1
        order[at] = visit
    for at in range(n):
        i = order[at] & 0xFFFFFFFF
        arrivals[begin + at], services[begin + at], who[begin + at] = came[i], takes[i], ident[i]


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
            first, soonest = 0, free[0]
            for server in range(1, staff):
                if free[server] < soonest:
                    first, soonest = server, free[server]
            start = max(np.float64(arrivals[visit]), soonest)
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
def carry_over(ends, starts, who, next_day_waits, diary, counts):  # type: ignore[no-untyped-def]  # numba infers
    """Put other patients who were not seen after all back into the diary, for the next open day.

    They are the last of their list, since nobody begins before one who came earlier. `next_day_waits` is days
    from today to the next open day, added to their wait.
    """
    longest = counts.shape[2] - 1
    for queue in range(ends.size - 1):
        u, p = queue // 2, queue % 2
        visit = ends[queue + 1] - 1
        while visit >= ends[queue] and starts[visit] == NOT_SEEN:
            if who[visit] < 0:
                k, w = (-1 - who[visit]) >> _KIND_BITS, (-1 - who[visit]) & ((1 << _KIND_BITS) - 1)
                _add(counts[SEEN, :, :, u, p], k, w, -1)
                _add(diary[:, k, :, u, p], CARRIED, min(w + next_day_waits, longest - 1), 1)
            visit -= 1


@nb.njit(cache=True)
def take_bookings(  # type: ignore[no-untyped-def]  # numba infers
    day, planned, committed, bookable_share, horizon, requests, keys, mean_minutes, lead_table, next_open,
    diary, counts,
):  # fmt: skip
    """Give today's callers who want a booked visit the first day with room at or after the day they wish.

    The wait runs from the wished day. Without room inside the diary's horizon they are diverted. Days are counted
    from today here.
    """
    slots, longest = diary.shape[0] - 1, diary.shape[2] - 1
    today = day % slots
    wishes = np.empty(requests[:, :, BOOKED, day].max() + 3, dtype=np.int64)
    full_to = np.empty(slots + 1, dtype=np.int64)
    for u in range(planned.shape[0]):
        for p in range(2):
            callers = requests[u, p, BOOKED, day]
            _wishes(keys[u], day, p, callers, lead_table, next_open, wishes)
            room, taken, waiting = planned[u, p, day:], committed[u, p, day:], diary[:, BOOKED, :, u, p]
            mean = mean_minutes[p]
            full_to[:] = 0
            for wished in wishes[:callers]:
                last = max(horizon, wished)  # the wish may fall on the first open day after the horizon
                chosen = wished
                while chosen <= last:
                    if full_to[chosen] > 0:
                        chosen = full_to[chosen]
                        continue
                    if taken[chosen] + mean <= bookable_share * room[chosen]:
                        break
                    full_to[chosen] = chosen + 1
                    chosen += 1
                if chosen <= last:
                    _add(waiting, _slot(today + chosen, slots), chosen - wished, 1)
                    taken[chosen] += mean
                else:
                    _add(counts[DIVERTED, :, :, u, p], BOOKED, min(last - wished, longest - 1), 1)
                if wished < chosen:
                    full_to[wished] = chosen


@nb.njit(cache=True)
def _wishes(unit_key, day, p, callers, lead_table, next_open, wishes):  # type: ignore[no-untyped-def]  # numba infers
    """The open day that each caller wishes, in days from today; four callers to a keyed draw."""
    for number in range((callers + 3) // 4):
        words = _words(unit_key, day, p, _LEAD, number)
        for i in range(4):
            lead = lead_table[np.int64(as_uniform(words[i]) * lead_table.size)]
            wishes[4 * number + i] = next_open[day + lead] - day


@nb.njit(cache=True)
def take_counts(counts, day, rows):  # type: ignore[no-untyped-def]  # numba infers
    """Move the non-zero `counts` of a day to rows, by unit, profession, outcome and wait. Returns how many."""
    n = 0
    for u in range(counts.shape[3]):
        for p in range(2):
            for became in range(2):
                for k in range(2):
                    for w in range(counts.shape[2] - 1):
                        if counts[became, k, TOTAL, u, p] == 0:
                            break
                        here = counts[became, k, w, u, p]
                        if here:
                            row = rows[n]
                            row.day, row.unit, row.profession = day, u, p
                            row.outcome, row.waited, row.visits = 2 * became + k, w, here
                            _add(counts[became, :, :, u, p], k, w, -here)
                            n += 1
    return n
