using Presage.Detection;
using Presage.Tests.Support;

namespace Presage.Tests.Detection;

/// <summary>
/// CPU use of a server whose people work from 8 to 18 (UTC) on workdays: 44 % then, 4 % else. What differs from that
/// is told by day (counted from a Monday, 0) and hour.
/// </summary>
sealed class OfficeSignal(ulong seed)
{
    public const int StepSeconds = 60;

    readonly SeededGenerator _random = new((seed * 77) + 5);
    double _slow;

    public static DetectorSettings Settings { get; } = new() { Floor = 0.1, Minimum = 0, Maximum = 1 };

    /// <summary>Whether people work on a day.</summary>
    public Func<int, bool> IsWorkday { get; init; } = static day => day % 7 < 5;

    /// <summary>What else takes CPU.</summary>
    public Func<int, double, double> Job { get; init; } = static (_, _) => 0;

    /// <summary>By how many hours the clocks of people are ahead.</summary>
    public Func<int, double> Ahead { get; init; } = static _ => 0;

    /// <summary>The value at a time; ask in ascending order, each <see cref="StepSeconds"/>.</summary>
    public double At(long timestampMs)
    {
        double kept = Math.Exp(-StepSeconds / 600.0);
        _slow = (_slow * kept) + (Math.Sqrt(1 - (kept * kept)) * _random.Normal());
        double days = (timestampMs - NormalSignal.StartMs) / 86_400_000.0;
        int day = (int)Math.Floor(days);
        double hour = (days - day) * 24, local = hour + Ahead(day);
        double work = IsWorkday(day) ? 1 / ((1 + Math.Exp((8 - local) * 6)) * (1 + Math.Exp((local - 18) * 6))) : 0;
        double noise = (0.01 * _slow) + (0.01 * _random.Exponential());
        noise += work * 0.03 * (_slow + _random.Normal());
        return Math.Clamp(0.04 + (0.4 * work) + Job(day, hour) + noise, 0, 1);
    }
}
