namespace Presage.Backtesting;

/// <summary>
/// A folder of recorded series: <c>data/**/NAME.csv[.gz]</c> with the columns timestamp and value, or
/// <c>train/NAME.csv[.gz]</c> and <c>test/NAME.csv[.gz]</c> with a column per metric.
/// </summary>
sealed class BacktestSet
{
    readonly string? _data;
    readonly string? _train;

    BacktestSet(string? data, string? train, IReadOnlyList<string> files)
    {
        _data = data;
        _train = train;
        Files = files;
    }

    /// <summary>The files to score.</summary>
    public IReadOnlyList<string> Files { get; }

    /// <exception cref="StartException">The folder holds neither layout.</exception>
    public static BacktestSet Open(string folder)
    {
        string data = Path.Combine(folder, "data"), test = Path.Combine(folder, "test");
        if (Directory.Exists(data))
        {
            return new BacktestSet(data, null, Tables(data, SearchOption.AllDirectories));
        }

        return Directory.Exists(test)
            ? new BacktestSet(null, Path.Combine(folder, "train"), Tables(test, SearchOption.TopDirectoryOnly))
            : throw new StartException($"{folder} has neither a folder data nor the folders train and test.");
    }

    /// <summary>Scores one of <see cref="Files"/> into the folder of results.</summary>
    public void Score(Backtest backtest, string file, string output, CancellationToken cancellationToken)
    {
        if (_data is not null)
        {
            string name = Path.GetRelativePath(_data, Plain(file));
            backtest.Run(file, null, Path.Combine(output, name), repeatsValue: true, cancellationToken);
            return;
        }

        string plain = Path.GetFileName(Plain(file));
        string train = Path.Combine(_train!, plain);
        train = File.Exists(train) ? train : train + ".gz";
        if (!File.Exists(train))
        {
            throw new StartException($"{file} has no train part; {train} is missing.");
        }

        backtest.RunSplit(train, file, Path.Combine(output, plain), cancellationToken);
    }

    static string Plain(string path) => path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? path[..^3] : path;

    static List<string> Tables(string folder, SearchOption depth)
    {
        var files = Directory.EnumerateFiles(folder, "*", depth)
            .Where(static path => Plain(path).EndsWith(".csv", StringComparison.OrdinalIgnoreCase))
            .Order(StringComparer.Ordinal)
            .ToList();
        return files.Count > 0 ? files : throw new StartException($"{folder} holds no .csv or .csv.gz file.");
    }
}
