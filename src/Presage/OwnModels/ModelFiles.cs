namespace Presage.OwnModels;

/// <summary>The models of a folder, and which of them have changed since they were looked at last.</summary>
sealed class ModelFiles(string folder)
{
    /// <summary>More are left out, in the order of their names.</summary>
    public const int ModelsMax = 32;

    readonly Dictionary<string, Stamp> _known = new(StringComparer.Ordinal);
    bool _isBegun;

    /// <summary>
    /// The descriptions whose files have changed and are at rest, and the names that are gone. A file that is being
    /// written is taken at the look after, but for the first look: what is there then is taken at once.
    /// </summary>
    public (IReadOnlyList<string> Changed, IReadOnlyList<string> Gone) Look()
    {
        bool isFirst = !_isBegun;
        _isBegun = true;
        var found = Find();
        var changed = new List<string>();
        foreach (var (name, stamp) in found)
        {
            bool isKnown = _known.TryGetValue(name, out var before);
            bool isSame = isFirst || (isKnown && before with { IsTaken = false } == stamp);
            _known[name] = stamp with { IsTaken = isSame };
            if (isSame && !before.IsTaken)
            {
                changed.Add(Path.Combine(folder, name));
            }
        }

        string[] gone = [.. _known.Keys.Where(name => !found.ContainsKey(name))];
        foreach (string name in gone)
        {
            _known.Remove(name);
        }

        return (changed, gone);
    }

    /// <summary>By the name of the description, and where a model has none, of the model.</summary>
    Dictionary<string, Stamp> Find()
    {
        var found = new Dictionary<string, Stamp>(StringComparer.Ordinal);
        var directory = new DirectoryInfo(folder);
        if (!directory.Exists)
        {
            return found;
        }

        var files = directory.EnumerateFiles().Where(static file => file.Extension is ".yaml" or ".onnx")
            .OrderBy(static file => file.Name, StringComparer.Ordinal).ToList();
        var stems = files.GroupBy(static file => Path.GetFileNameWithoutExtension(file.Name)).Take(ModelsMax);
        foreach (var stem in stems)
        {
            var main = stem.FirstOrDefault(static file => file.Extension == ".yaml") ?? stem.First();
            found[main.Name] = new Stamp(
                stem.Max(static file => file.LastWriteTimeUtc), stem.Sum(static file => file.Length), IsTaken: false);
        }

        return found;
    }

    readonly record struct Stamp(DateTime Written, long Bytes, bool IsTaken);
}
