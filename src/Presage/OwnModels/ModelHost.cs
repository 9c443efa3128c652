using Presage.Metrics;

namespace Presage.OwnModels;

/// <summary>What one model knows of one host.</summary>
sealed class ModelHost(string name)
{
    public string Name { get; } = name;

    /// <summary>By their labels, as the model's query gives them.</summary>
    public Dictionary<LabelSet, WatchedSeries> Series { get; } = [];

    /// <summary>The last step taken in; long.MinValue before the first.</summary>
    public long DoneMs { get; set; } = long.MinValue;

    /// <summary>Steps up to here are history: they teach and are not told.</summary>
    public long HistoryToMs { get; set; } = long.MinValue;

    /// <summary>Whether history is still being read.</summary>
    public bool IsLearning => DoneMs < HistoryToMs || DoneMs == long.MinValue;

    /// <summary>Series that the model may not watch any more: there are too many.</summary>
    public int LeftOut { get; set; }

    /// <summary>The number of the part of the query's answer that was taken in last.</summary>
    public long Part { get; set; }
}
