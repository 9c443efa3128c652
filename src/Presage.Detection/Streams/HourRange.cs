namespace Presage.Detection;

/// <summary>From how low to how high, both reached; none where the lower lies above the higher.</summary>
readonly record struct HourRange(double Low, double High)
{
    /// <summary>No range: joined with another it is the other.</summary>
    public static HourRange None => new(double.MaxValue, double.MinValue);

    public bool IsKnown => Low <= High;

    public double Width => IsKnown ? High - Low : 0;

    public double Middle => (Low + High) / 2;

    /// <summary>The least range that holds both.</summary>
    public HourRange With(HourRange other) => new(Math.Min(Low, other.Low), Math.Max(High, other.High));

    /// <summary>How far another range reaches beyond this one, both ends together.</summary>
    public double Excess(HourRange other) => Math.Max(0, Low - other.Low) + Math.Max(0, other.High - High);

    /// <summary>How far the ends of two ranges lie apart, together.</summary>
    public double Apart(HourRange other) => Math.Abs(Low - other.Low) + Math.Abs(High - other.High);
}
