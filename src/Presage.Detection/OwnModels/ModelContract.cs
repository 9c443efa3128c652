namespace Presage.Detection.OwnModels;

/// <summary>What a model's output means.</summary>
public enum ModelOutput : byte
{
    /// <summary>One number per window, in any unit: how odd it is.</summary>
    Score,

    /// <summary>
    /// The value expected after the window, and with a second column how far it usually strays from there.
    /// </summary>
    Forecast,

    /// <summary>The window as the model would draw it.</summary>
    Reconstruction,
}

/// <summary>Which end of a score is odd.</summary>
public enum OddEnd : byte
{
    High,
    Low,
}

/// <summary>How values are brought to the range the model was trained on.</summary>
public enum ModelScaling : byte
{
    /// <summary>As they are.</summary>
    None,

    /// <summary>Each window by its own mean and standard deviation.</summary>
    Window,

    /// <summary>By the mean and standard deviation of the training data.</summary>
    Fixed,
}

/// <summary>What stands in a window where there is no value.</summary>
public enum MissingValues : byte
{
    /// <summary>The value before it; at the beginning the first there is.</summary>
    Fill,

    /// <summary>NaN, for models that know it.</summary>
    NaN,
}

/// <summary>What a model is given and what it answers: docs/models.md.</summary>
public sealed record ModelContract
{
    /// <summary>Values of a window at most.</summary>
    public const int WindowMax = 4_096;

    /// <summary>The model's name, as sentences, labels and files tell it.</summary>
    public required string Name { get; init; }

    /// <summary>Values of a window.</summary>
    public required int Window { get; init; }

    /// <summary>How far apart they are.</summary>
    public required TimeSpan Step { get; init; }

    public required ModelOutput Output { get; init; }

    /// <summary>Of scores, which end is odd.</summary>
    public OddEnd Odd { get; init; }

    public ModelScaling Scaling { get; init; }

    /// <summary>Of fixed scaling.</summary>
    public double Mean { get; init; }

    /// <summary>Of fixed scaling; above 0.</summary>
    public double Deviation { get; init; } = 1;

    public MissingValues Missing { get; init; }

    /// <summary>The probability of a step below which it is odd: once in 116 days, as for all series.</summary>
    public double OddProbability => Math.Min(1e-3, 1e-7 * Step.TotalSeconds);
}
