using Presage.Tests.Detection;
using Presage.Tests.Support;

namespace Presage.Bench.Accuracy;

/// <summary>What comes every week on a simulated host.</summary>
enum WeekLife
{
    /// <summary>Nothing: weekdays are a little busier than weekends.</summary>
    Plain,

    /// <summary>A backup of about two hours on Sunday night at about 22 h.</summary>
    Backup,

    /// <summary>A report of 20 to 30 min on Monday morning at 7 h.</summary>
    Report,

    /// <summary>People at work from 8 to 18 h on workdays.</summary>
    Office,

    /// <summary>People, backup, report.</summary>
    All,

    /// <summary>A job of an hour every second Saturday at 3 h.</summary>
    Biweekly,
}

/// <summary>What goes wrong on a simulated host.</summary>
enum WeekFault
{
    Dip,
    Shift,
    Variance,
    Drift,

    /// <summary>The host's weekly job or a rush of people at another time.</summary>
    WrongTime,

    /// <summary>A shift of other metrics at a habit's time.</summary>
    AtHabit,

    /// <summary>The habit at its time, several times as strong.</summary>
    Stronger,
}

/// <summary>The rows of a simulated host from a Monday on, with faults or without.</summary>
sealed class WeekHost
{
    public const int Metrics = 20;
    public const long StartMs = NormalSignal.StartMs;
    const int NormalMetrics = 7;
    const int Cpu = 0, Memory = 3, Network = 5, Counter = 6;
    const int Load = 7, Reads = 8, Writes = 9, Waiting = 10, Tasks = 11, Sessions = 12, Sent = 13, Cache = 14;
    const int Latency = 15, Switches = 16, Errors = 17, Heat = 18, Queue = 19;

    /// <summary>Size, noise that lasts and noise of a moment of the steadier metrics, the last two relative.</summary>
    static readonly (double Size, double Slow, double Fast)[] Steady =
    [
        (0.5, 0.2, 0.1), (1e6, 0.4, 0.5), (4e6, 0.3, 0.3), (0.005, 0.4, 0.4), (200, 0.015, 0.01), (8, 0.2, 0.2),
        (3e6, 0.3, 0.3), (2e9, 0.03, 0.01), (0.004, 0.15, 0.2), (3_000, 0.15, 0.1), (0.5, 0.2, 0.5), (45, 0.02, 0.01),
        (2, 0.2, 0.4),
    ];

    readonly WeekLife _life;
    readonly SeededGenerator _random;
    readonly double _hour;

    /// <param name="firstFaultDay">From when on there are faults; without it there are none.</param>
    public WeekHost(WeekLife life, ulong seed, int step, int days, int? firstFaultDay = null)
    {
        _life = life;
        _random = new SeededGenerator((seed * 31) + (ulong)life);
        _hour = _random.Uniform();
        Step = step;
        Rows = days * (86_400 / step);
        Values = new double[Rows * Metrics];
        if (firstFaultDay is { } first)
        {
            Plan(first, days);
        }

        Fill(seed);
    }

    public int Step { get; }

    public int Rows { get; }

    public double[] Values { get; }

    /// <summary>First row and the one behind the last of each fault.</summary>
    public List<(int From, int To, WeekFault Kind)> Faults { get; } = [];

    /// <summary>Whether something that comes every week begins or ends at about this time.</summary>
    public static bool IsHabit(WeekLife life, double seconds)
    {
        double hour = seconds / 3_600 % 168;
        bool isBackup = hour is > 165 or < 4, isReport = hour is > 6.5 and < 9.5;
        bool isOffice = (int)(hour / 24) < 5 && hour % 24 is (> 6.5 and < 11) or (> 16.5 and < 21);
        return life switch
        {
            WeekLife.Backup => isBackup,
            WeekLife.Report => isReport,
            WeekLife.Office => isOffice,
            WeekLife.All => isBackup || isReport || isOffice,
            WeekLife.Biweekly => hour is > 122.5 and < 126,
            _ => false,
        };
    }

    /// <summary>
    /// Faults of every kind in turn, two days apart; where there are habits, one of two kinds at each Sunday's or
    /// Monday's.
    /// </summary>
    void Plan(int firstDay, int days)
    {
        int number = _random.Uniform() < 0.5 ? 0 : 1;
        for (int week = firstDay / 7; _life != WeekLife.Plain && week < days / 7; week++)
        {
            Add((week * 7) + (HabitHour / 24), 2, number++ % 2 == 0 ? WeekFault.AtHabit : WeekFault.Stronger);
        }

        number = (int)(5 * _random.Uniform());
        for (int day = firstDay + 1; day < days - 1; day += 2)
        {
            var kind = (WeekFault)(number++ % 5);
            double hours = kind switch
            {
                WeekFault.Dip => 1, WeekFault.Drift => 12, WeekFault.WrongTime => 2, _ => 6,
            };
            double at = day + 0.2 + (0.6 * _random.Uniform());
            double hour = (24 * at % 168) - HabitHour;
            if (_life == WeekLife.Plain || hour is < -14 or > 6)
            {
                Add(at, hours, kind);
            }
        }

        void Add(double day, double hours, WeekFault kind)
        {
            int from = (int)(day * 86_400 / Step), to = from + (int)(hours * 3_600 / Step);
            if (to < Rows)
            {
                Faults.Add((from, to, kind));
            }
        }
    }

    /// <summary>Hour of the week when the habit begins.</summary>
    double HabitHour => _life switch
    {
        WeekLife.Backup or WeekLife.All => 166 + _hour,
        WeekLife.Report => 7 + _hour,
        WeekLife.Office => 8,
        WeekLife.Biweekly => 123 + _hour,
        _ => 100,
    };

    void Fill(ulong seed)
    {
        var kinds = Enum.GetValues<NormalKind>();
        var signals = Enumerable.Range(0, NormalMetrics)
            .Select(j => new NormalSignal(
                kinds[j % kinds.Length], (seed * 1_000) + ((ulong)_life * 100_000) + (ulong)j, Step))
            .ToArray();
        double slow = 0, other = 0, kept = Math.Exp(-Step / 900.0), part = Math.Sqrt(1 - (kept * kept));
        double late = 0, length = 1;
        int week = -1;
        for (int row = 0; row < Rows; row++)
        {
            double seconds = row * (double)Step;
            slow = (slow * kept) + (part * _random.Normal());
            other = (other * kept) + (part * _random.Normal());
            if ((int)((seconds - 302_400) / 604_800) != week)
            {
                // Jobs begin and end some minutes off; weeks are counted from Thursdays, when none runs.
                week = (int)((seconds - 302_400) / 604_800);
                late = 0.06 * _random.Normal();
                length = 1 + (0.1 * _random.Normal());
            }

            var x = Values.AsSpan(row * Metrics, Metrics);
            for (int j = 0; j < NormalMetrics; j++)
            {
                x[j] = signals[j].At(seconds);
            }

            for (int j = 0; j < Steady.Length; j++)
            {
                var (size, lasting, moment) = Steady[j];
                double common = j % 2 == 0 ? slow : other;
                x[NormalMetrics + j] = size * Math.Exp((lasting * common) + (moment * _random.Normal()));
            }

            double share = 0;
            WeekFault? fault = FaultAt(row, ref share);
            Live(x, seconds - (late * 3_600), length, fault, slow, other);
            Break(x, fault, share);
        }
    }

    void Live(Span<double> x, double seconds, double length, WeekFault? fault, double slow, double other)
    {
        double strength = fault == WeekFault.Stronger ? 4 : 1;
        bool isWrong = fault == WeekFault.WrongTime;
        double week = Math.Floor(seconds / 604_800), hour = (seconds / 3_600) - (week * 168), ofDay = hour % 24;
        if (_life is WeekLife.Office or WeekLife.All)
        {
            double people = hour < 120 ? 1 / ((1 + Math.Exp((8 - ofDay) * 6)) * (1 + Math.Exp((ofDay - 18) * 6))) : 0;
            bool isRush = isWrong && _life == WeekLife.Office;
            Work(x, isRush ? 1 : people * (_life == WeekLife.Office ? strength : 1), slow, other);
        }

        double since = (hour - 166 - _hour + 168) % 168;
        bool copies = _life switch
        {
            WeekLife.Plain => isWrong,
            WeekLife.Backup or WeekLife.All => isWrong || (since < 2 * length && seconds > 90_000),
            WeekLife.Biweekly => isWrong || (week % 2 == 0 && hour - 123 - _hour is >= 0 and < 1.2),
            _ => false,
        };
        if (copies)
        {
            Copy(x, strength);
        }

        bool isReport = hour - 7 - _hour >= 0 && hour - 7 - _hour < 0.4 * length;
        if (_life is WeekLife.Report or WeekLife.All && (isReport || (isWrong && _life == WeekLife.Report)))
        {
            x[Cpu] = Math.Min(1, x[Cpu] + (0.4 * strength));
            x[Load] += 1.5 * strength;
            x[Memory] = Math.Min(1, x[Memory] + (0.05 * strength));
            x[Reads] *= 1 + (10 * strength);
            x[Tasks] += 15 * strength;
            x[Switches] *= 1 + strength;
        }
    }

    static void Copy(Span<double> x, double strength)
    {
        x[Cpu] = Math.Min(1, x[Cpu] + (0.2 * strength));
        x[Network] *= 1 + (5 * strength);
        x[Load] += strength;
        x[Reads] *= 1 + (20 * strength);
        x[Sent] *= 1 + (8 * strength);
        x[Waiting] = Math.Min(1, x[Waiting] + (0.08 * strength));
        x[Tasks] += 8 * strength;
        x[Cache] *= 1 + (0.2 * strength);
        x[Queue] *= 1 + (3 * strength);
    }

    void Work(Span<double> x, double people, double slow, double other)
    {
        x[1] = Math.Clamp(x[1] + (people * (0.25 + (0.03 * slow) + (0.03 * _random.Normal()))), 0, 1);
        x[Memory] = Math.Min(1, x[Memory] + (0.06 * people));
        x[Load] += 1.2 * people * Math.Exp(0.2 * slow);
        x[Network] *= 1 + (4 * people);
        x[Writes] *= 1 + (3 * people);
        x[Sent] *= 1 + (3 * people);
        x[Tasks] += 12 * people;
        x[Sessions] += people * (60 + (8 * other) + (4 * _random.Normal()));
        x[Switches] *= 1 + (2 * people);
    }

    WeekFault? FaultAt(int row, ref double share)
    {
        foreach (var (from, to, kind) in Faults)
        {
            if (row >= from && row < to)
            {
                share = (row - from) / (double)(to - from);
                return kind;
            }
        }

        return null;
    }

    void Break(Span<double> x, WeekFault? kind, double share)
    {
        switch (kind)
        {
            case WeekFault.Dip:
                x[Counter] -= 6_000_000;
                x[Tasks] -= 50;
                x[Cache] *= 0.6;
                x[Heat] -= 8;
                break;
            case WeekFault.Shift or WeekFault.AtHabit:
                x[4] *= 4;
                x[Latency] *= 4;
                x[Errors] *= 8;
                x[Heat] += 8;
                x[Switches] *= 2.5;
                break;
            case WeekFault.Variance:
                x[Counter] += 2_000_000 * _random.Normal();
                x[Tasks] += 15 * _random.Normal();
                x[Heat] += 5 * _random.Normal();
                x[Latency] *= Math.Exp(_random.Normal());
                x[Load] *= Math.Exp(_random.Normal());
                break;
            case WeekFault.Drift:
                x[Memory] += 0.4 * share;
                x[Tasks] += 80 * share;
                x[Latency] *= 1 + (8 * share);
                x[Heat] += 20 * share;
                x[Queue] *= 1 + (8 * share);
                break;
        }
    }
}
