using Presage.Collection.Reading;
using Presage.Metrics;

namespace Presage.Collection;

/// <summary>/sys/devices/system/edac: memory errors that the hardware corrected, and those that it could not.</summary>
sealed class LinuxMemoryErrors : ICollector
{
    readonly Sources _sources;
    readonly string _folder;
    readonly List<(byte[] Path, byte[] Key)> _files = [];

    public LinuxMemoryErrors(Sources sources, SeriesKeys keys)
    {
        _sources = sources;
        _folder = Path.Join(sources.SysPath, "devices/system/edac/mc");
        foreach (string controller in Folders(_folder, "mc"))
        {
            var label = new Label("controller", Path.GetFileName(controller)[2..]);
            Add(controller, "ce_count", keys.Key("node_edac_correctable_errors_total", label));
            Add(controller, "ue_count", keys.Key("node_edac_uncorrectable_errors_total", label));
            Label unknown = new("csrow", "unknown");
            Add(controller, "ce_noinfo_count", keys.Key("node_edac_csrow_correctable_errors_total", label, unknown));
            Add(controller, "ue_noinfo_count", keys.Key("node_edac_csrow_uncorrectable_errors_total", label, unknown));
            foreach (string row in Folders(controller, "csrow"))
            {
                var rowLabel = new Label("csrow", Path.GetFileName(row)["csrow".Length..]);
                Add(row, "ce_count", keys.Key("node_edac_csrow_correctable_errors_total", label, rowLabel));
                Add(row, "ue_count", keys.Key("node_edac_csrow_uncorrectable_errors_total", label, rowLabel));
            }
        }
    }

    public string Name => "edac";

    public void Collect(CollectionWriter writer)
    {
        foreach (var (path, key) in _files)
        {
            if (_sources.TryReadNumber(path, out double value))
            {
                writer.Write(key, value);
            }
        }

        if (writer.Written == 0)
        {
            writer.Missing(_folder);
        }
    }

    void Add(string folder, string file, byte[] key) => _files.Add((Sources.PathBytes(folder, file), key));

    static IEnumerable<string> Folders(string folder, string prefix) => Directory.Exists(folder)
        ? Directory.GetDirectories(folder, prefix + "*").Where(path =>
            Path.GetFileName(path).AsSpan(prefix.Length).IndexOfAnyExceptInRange('0', '9') < 0)
        : [];
}
