/* The recursion of sim/clinic_day.py's queue_day once more, as a C programmer would write it: what the compiled
   kernel is timed against and must equal to the bit. Lists of visits are delimited by `ends` (queues + 1), each
   sorted by arrival; everybody of `servers` (queues) is present from minute 0. `free_at` has room for the most
   servers, `starts` for every visit; `used` and `overtime` begin as zeros. */

#include <stdint.h>

#define NOT_SEEN (-1.0)

void queue_day(int64_t queues, const int64_t *ends, const int64_t *arrivals, const double *services,
               const int64_t *servers, double closing, double latest_start, double *free_at, double *starts,
               double *used, double *overtime)
{
    for (int64_t queue = 0; queue < queues; queue++) {
        int64_t staff = servers[queue];
        for (int64_t server = 0; server < staff; server++)
            free_at[server] = 0.0;
        for (int64_t visit = ends[queue]; visit < ends[queue + 1]; visit++) {
            if (staff == 0) {
                starts[visit] = NOT_SEEN;
                continue;
            }
            int64_t first = 0;
            double soonest = free_at[0];
            for (int64_t server = 1; server < staff; server++)
                if (free_at[server] < soonest) {
                    first = server;
                    soonest = free_at[server];
                }
            double start = (double)arrivals[visit];
            if (soonest > start)
                start = soonest;
            if (start > latest_start) {
                starts[visit] = NOT_SEEN;
                continue;
            }
            starts[visit] = start;
            free_at[first] = start + services[visit];
            used[queue] += services[visit];
        }
        for (int64_t server = 0; server < staff; server++)
            if (free_at[server] > closing)
                overtime[queue] += free_at[server] - closing;
    }
}
