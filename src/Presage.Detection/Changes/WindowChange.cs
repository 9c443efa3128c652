namespace Presage.Detection;

/// <summary>In which way a series changed in a window.</summary>
public enum ChangeKind
{
    /// <summary>No more than chance explains.</summary>
    None,

    /// <summary>Its level moved up.</summary>
    Rose,

    /// <summary>Its level moved down.</summary>
    Fell,

    /// <summary>It climbs, and did not before.</summary>
    Climbs,

    /// <summary>It sinks, and did not before.</summary>
    Sinks,

    /// <summary>Single values stick out.</summary>
    Peak,

    /// <summary>It moves more from sample to sample.</summary>
    Rougher,

    /// <summary>It moves less from sample to sample.</summary>
    Calmer,

    /// <summary>It was not there before.</summary>
    Appeared,

    /// <summary>It stopped coming.</summary>
    Stopped,
}

/// <summary>What a comparison of a window with its baseline says of one series.</summary>
/// <param name="Probability">
/// Of chance to look at least this changed, if the values followed no others: good to rank by. What it is worth on real
/// series is said by <see cref="ChanceScale"/>.
/// </param>
/// <param name="Effect">How far it moved, in units of how far it strays from span to span in the baseline.</param>
/// <param name="Before">
/// The usual value (of a counter: rate per second) in the baseline; NaN where it was not there.
/// </param>
/// <param name="After">The usual value in the changed part of the window; of a peak its farthest value.</param>
/// <param name="FirstSpan">The span of the window in which it begins.</param>
public readonly record struct WindowChange(
    ChangeKind Kind, double Probability, double Effect, double Before, double After, int FirstSpan)
{
    const double DecadesMax = 9;
    const double EffectMax = 1_000;

    /// <summary>Nothing has changed.</summary>
    public static WindowChange None { get; } = new(ChangeKind.None, 1, 0, double.NaN, double.NaN, 0);

    /// <summary>What lists are ranked by: how sure and how large, both as logarithms, both bounded.</summary>
    public double Strength => Kind == ChangeKind.None
        ? 0
        : Math.Min(DecadesMax, -Math.Log10(Math.Max(Probability, 1e-300))) + Math.Log2(1 + Math.Min(Effect, EffectMax));
}
