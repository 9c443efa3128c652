namespace Presage.OwnModels;

/// <summary>A file of the folder of models and what became of it.</summary>
sealed class ModelPlace(string file)
{
    public string Name { get; } = Path.GetFileNameWithoutExtension(file);

    /// <summary>The model at work; null when it is set aside.</summary>
    public RunningModel? Running { get; set; }

    /// <summary>Why it is set aside.</summary>
    public string? Problem { get; set; }

    public long SinceMs { get; set; }

    public ModelStatus Status()
    {
        if (Running is not { } running)
        {
            return new ModelStatus(
                Name, file, ModelState.SetAside, Problem, null, null, null, null, null, null, 0, 0, 0, 0, 0, 0, 0, null,
                SinceMs);
        }

        var contract = running.Contract;
        int learning = running.Hosts.Sum(static host => host.Series.Values.Count(static one => !one.Judged.IsReady));
        bool isLearning = running.Series == learning || running.Hosts.Any(static host => host.IsLearning);
        return new ModelStatus(
            Name,
            Path.GetFileName(running.Description.File),
            isLearning ? ModelState.Learning : ModelState.Running,
            null,
            running.Description.Query.Text,
            contract.Step.TotalSeconds,
            contract.Window,
            $"{contract.Output}".ToLowerInvariant(),
            $"{running.Model.Input}",
            $"{running.Model.Output}",
            running.Series,
            learning,
            running.LeftOut,
            running.Odd.Count,
            running.Answered,
            running.NotNumbers,
            running.Spent.TotalSeconds,
            running.Answered == 0 ? null : running.Spent.TotalMicroseconds / running.Answered,
            SinceMs);
    }
}
