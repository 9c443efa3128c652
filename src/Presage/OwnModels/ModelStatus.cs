namespace Presage.OwnModels;

/// <summary>How a model is doing.</summary>
enum ModelState
{
    /// <summary>It is asked about stored history, so that its answers can be judged.</summary>
    Learning,

    /// <summary>It is asked about what arrives.</summary>
    Running,

    /// <summary>It cannot be used; everything else goes on without it.</summary>
    SetAside,
}

/// <summary>How a model is doing, for pages and tools.</summary>
/// <param name="File">The name of its file.</param>
/// <param name="Problem">Why it was set aside; else null.</param>
/// <param name="Query">What it looks at; null of a model that could not be read.</param>
/// <param name="Input">The tensor windows go into, such as <c>window: float32[N, 60]</c>.</param>
/// <param name="Series">Series it watches.</param>
/// <param name="SeriesLearning">Those of them that have too little history to be judged.</param>
/// <param name="SeriesLeftOut">Series beyond the most a model may watch.</param>
/// <param name="Odd">Series it finds odd now.</param>
/// <param name="Answers">Windows it was asked about since it was loaded.</param>
/// <param name="NotNumbers">Answers that were NaN or infinite; those steps were not judged.</param>
/// <param name="MicrosecondsEach">What a window takes; null before the first.</param>
/// <param name="SinceMs">When it was loaded or set aside.</param>
sealed record ModelStatus(
    string Name,
    string File,
    ModelState State,
    string? Problem,
    string? Query,
    double? StepSeconds,
    int? Window,
    string? Output,
    string? Input,
    string? Answer,
    int Series,
    int SeriesLearning,
    int SeriesLeftOut,
    int Odd,
    long Answers,
    long NotNumbers,
    double SecondsSpent,
    double? MicrosecondsEach,
    long SinceMs);
