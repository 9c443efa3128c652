using Presage.Detection;
using Presage.Tests.Support;

namespace Presage.Tests.Detection;

/// <summary>Simulated normal behaviour of a server's vital sign, at any cadence, from one seed.</summary>
sealed class NormalSignal(NormalKind kind, ulong seed, int cadenceSeconds)
{
    readonly SeededGenerator _random = new(seed);
    double _slow;
    double _burst;
    double _burstUntil;

    /// <summary>A Monday, 00:00 UTC.</summary>
    public const long StartMs = 1_767_571_200_000;

    public DetectorSettings Settings => kind switch
    {
        NormalKind.IdleCpu or NormalKind.BusyCpu or NormalKind.CronCpu or NormalKind.Memory => new()
        {
            Floor = kind == NormalKind.Memory ? 0.05 : 0.1, Minimum = 0, Maximum = 1,
        },
        NormalKind.Latency => new()
        {
            Floor = 0.01, RelativeFloor = 1, IsLogarithmic = true, Minimum = 0, Direction = AnomalyDirection.Above,
        },
        _ => new() { Floor = 1_048_576, RelativeFloor = 0.5, IsLogarithmic = true, Minimum = 0 },
    };

    /// <summary>The value at a time in seconds since <see cref="StartMs"/>; ask in ascending order.</summary>
    public double At(double seconds)
    {
        // Slow noise: an AR(1) process with a memory of ten minutes.
        double kept = Math.Exp(-cadenceSeconds / 600.0);
        _slow = (_slow * kept) + (Math.Sqrt(1 - (kept * kept)) * _random.Normal());
        double day = seconds / 86_400, hour = seconds % 86_400 / 3_600;
        bool isWeekend = (int)day % 7 >= 5;
        double rhythm = 0.5 - (0.5 * Math.Cos(2 * Math.PI * (hour - 3) / 24));
        return kind switch
        {
            NormalKind.IdleCpu => Math.Clamp(
                0.02 + (0.005 * _slow) + (0.005 * _random.Exponential()) + Burst(seconds, 900, 8, 0.25), 0, 1),
            NormalKind.BusyCpu => Math.Clamp(
                0.15 + ((isWeekend ? 0.15 : 0.4) * rhythm) + (0.05 * _slow) + (0.04 * _random.Normal()) +
                Burst(seconds, 1_800, 20, 0.2), 0, 1),
            NormalKind.CronCpu => Math.Clamp(
                0.05 + (0.01 * _slow) + (0.01 * _random.Exponential()) + (hour is >= 2 and < 2.6 ? 0.7 : 0) +
                (seconds % 3_600 < 25 ? 0.3 : 0), 0, 1),
            NormalKind.Memory => Math.Clamp(0.4 + (0.05 * rhythm) + (0.01 * _slow) + (0.001 * _random.Normal()), 0, 1),
            NormalKind.Latency => 0.002 * Math.Exp((0.3 * _slow) + (0.4 * _random.HeavyTailed(4))),
            NormalKind.Network => 2e6 * (0.2 + rhythm) * Math.Exp((0.3 * _slow) + (0.3 * _random.Normal())) *
                (1 + (30 * Burst(seconds, 3_600, 40, 1))),
            _ => 20_000_000 + (500_000 * _random.Normal()),
        };
    }

    /// <summary>Bursts at random: about one each so many seconds, of exponential length and size.</summary>
    double Burst(double seconds, double each, double length, double size)
    {
        if (seconds >= _burstUntil)
        {
            _burst = 0;
            if (_random.Uniform() < cadenceSeconds / each)
            {
                _burstUntil = seconds + (length * _random.Exponential());
                _burst = size * _random.Exponential();
            }
        }

        return _burst;
    }
}
