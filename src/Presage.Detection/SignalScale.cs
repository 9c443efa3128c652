namespace Presage.Detection;

/// <summary>
/// Maps values to the scale detectors compute on: practical floors (1 = the least difference that matters), linear, or
/// linear below the floor and logarithmic above it (asinh), so that throughput and latency are compared by ratio.
/// </summary>
readonly struct SignalScale(DetectorSettings settings)
{
    /// <summary>Beyond it differences mean nothing and squares might overflow.</summary>
    const double ScaledMax = 1e6;

    /// <summary>No level, nor what is left of a value beside it, is farther from zero than this.</summary>
    public const double ReachMax = 1e9;

    /// <summary>The share of the usual value that is one step of the logarithmic part, unless less matters.</summary>
    const double UsualRelativeFloor = 0.5;

    readonly double _floor = settings.Floor;
    readonly double _relativeFloor = settings.RelativeFloor;
    readonly bool _isLogarithmic = settings.IsLogarithmic;
    readonly double _minimum = settings.Minimum;
    readonly double _maximum = settings.Maximum;

    /// <summary>How finely ratios are told apart: as finely as they matter.</summary>
    public double Fineness { get; } = settings is { IsLogarithmic: true, RelativeFloor: > 0 and < UsualRelativeFloor }
        ? Math.Log(1 + UsualRelativeFloor) / Math.Log(1 + settings.RelativeFloor)
        : 1;

    public double ToScale(double value)
    {
        double floors = Math.Clamp(value, _minimum, _maximum) / _floor;
        return Math.Clamp(_isLogarithmic ? Fineness * Math.Asinh(floors) : floors, -ScaledMax, ScaledMax);
    }

    public double ToValue(double scaled)
    {
        double floors = _isLogarithmic ? Math.Sinh(Math.Clamp(scaled / Fineness, -700, 700)) : scaled;
        return Math.Clamp(floors * _floor, _minimum, _maximum);
    }

    /// <summary>The practical size of a difference: 1 is the least that matters.</summary>
    public double Effect(double scaled, double expected)
    {
        double usual = ToValue(expected);
        double size = Math.Abs(ToValue(scaled) - usual) / Math.Max(_floor, _relativeFloor * Math.Abs(usual));
        return double.IsFinite(size) ? size : 0;
    }
}
