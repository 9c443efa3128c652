namespace Presage.Bench.Accuracy;

/// <summary>
/// What an operator would feel. Rows beyond the threshold at most 10 minutes apart are one alarm; an incident is found
/// when such a row lies in it or up to 5 minutes before; an alarm that touches none is false, and so is every full
/// hour of an alarm outside.
/// </summary>
sealed class AlarmScorer(LabelledSeries[] hosts, double[][] scores)
{
    const double GapMinutes = 10;
    const double PadMinutes = 5;
    const int Thresholds = 160;

    /// <summary>Incidents, those found, those found within an hour, false alarms, days.</summary>
    public readonly record struct Tally(int Incidents, int Found, int FoundSoon, int False, double Days)
    {
        public double Recall => 100.0 * Found / Incidents;

        public double RecallSoon => 100.0 * FoundSoon / Incidents;

        public double FalsePerDay => False / Days;

        public static Tally operator +(Tally a, Tally b) => new(
            a.Incidents + b.Incidents,
            a.Found + b.Found,
            a.FoundSoon + b.FoundSoon,
            a.False + b.False,
            a.Days + b.Days);
    }

    /// <summary>
    /// The common threshold with the best recall among those within the budget of false alarms a day (the strictest
    /// of equals), and what it gives.
    /// </summary>
    public (double Threshold, Tally Tally) Within(double budget, int[]? of = null)
    {
        of ??= [.. Enumerable.Range(0, hosts.Length)];
        double[] all = [.. of.SelectMany(i => scores[i])];
        Array.Sort(all);
        var best = (Threshold: double.MaxValue, Tally: At(double.MaxValue, of));
        for (int i = 0; i < Thresholds; i++)
        {
            double at = 1 - Math.Pow(10, -5.5 + (i * 4.8 / (Thresholds - 1)));
            double position = at * (all.Length - 1);
            int below = Math.Min((int)position, all.Length - 2);
            double threshold = all[below] + ((position - below) * (all[below + 1] - all[below]));
            var tally = At(threshold, of);
            if (tally.FalsePerDay <= budget && tally.Found > best.Tally.Found)
            {
                best = (threshold, tally);
            }

            if (tally.FalsePerDay > 8 * budget)
            {
                break;
            }
        }

        return best;
    }

    /// <summary>What a threshold gives on some of the hosts.</summary>
    public Tally At(double threshold, IEnumerable<int> of)
    {
        var sum = default(Tally);
        foreach (int i in of)
        {
            sum += Count(hosts[i], row => scores[i][row] >= threshold);
        }

        return sum;
    }

    /// <summary>What an alarm of the detector's own gives on one host.</summary>
    public static Tally Count(LabelledSeries host, Func<int, bool> isAlarm)
    {
        double minutes = host.Step.TotalMinutes;
        int gap = (int)Math.Round(GapMinutes / minutes), pad = (int)Math.Round(PadMinutes / minutes);
        int next = 0, found = 0, soon = 0, wrong = 0;
        int[] rows = [.. Enumerable.Range(0, host.Rows).Where(isAlarm)];
        foreach (var (first, last) in host.Events)
        {
            int at = Array.Find(rows, row => row >= first - pad);
            bool isFound = rows.Length > 0 && rows[^1] >= first - pad && at <= last;
            found += isFound ? 1 : 0;
            soon += isFound && Math.Max(0, at - first) * minutes <= 60 ? 1 : 0;
        }

        while (next < rows.Length)
        {
            int from = rows[next];
            while (next + 1 < rows.Length && rows[next + 1] - rows[next] <= gap)
            {
                next++;
            }

            int to = rows[next++], outside = to - from + 1;
            foreach (int row in Enumerable.Range(from, to - from + 1))
            {
                outside -= host.Events.Any(e => row >= e.First - pad && row <= e.Last + pad) ? 1 : 0;
            }

            wrong += (outside == to - from + 1 ? 1 : 0) + (int)(outside * minutes / 60);
        }

        return new Tally(host.Events.Length, found, soon, wrong, host.Rows * minutes / 1_440);
    }
}
