namespace Presage.Detection;

/// <summary>What a detector must know about its signal; the same for all hosts.</summary>
public sealed record DetectorSettings
{
    /// <summary>The smallest distance from usual that matters, in the signal's unit; positive.</summary>
    public required double Floor { get; init; }

    /// <summary>The same as a share of the usual value; the larger of the two counts.</summary>
    public double RelativeFloor { get; init; }

    /// <summary>Whether differences are judged as ratios (above <see cref="Floor"/>) or as differences.</summary>
    public bool IsLogarithmic { get; init; }

    /// <summary>The least possible value.</summary>
    public double Minimum { get; init; } = double.MinValue;

    /// <summary>The greatest possible value.</summary>
    public double Maximum { get; init; } = double.MaxValue;

    public AnomalyDirection Direction { get; init; } = AnomalyDirection.Both;
}
