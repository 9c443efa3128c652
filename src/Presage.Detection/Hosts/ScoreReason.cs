namespace Presage.Detection;

/// <summary>What makes most of the score of a row.</summary>
public enum ScoreReason
{
    /// <summary>How unlike the learned normal the last minutes are; nothing has just begun.</summary>
    Level,

    /// <summary>Something has just begun.</summary>
    Change,

    /// <summary>Something has been drifting to one side for an hour or two.</summary>
    Drift,

    /// <summary>Something moved within ten minutes and has stayed where it is.</summary>
    LastingMove,
}
