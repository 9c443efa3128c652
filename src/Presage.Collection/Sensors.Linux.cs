using Presage.Collection.Reading;
using Presage.Metrics;

namespace Presage.Collection;

/// <summary>
/// Temperatures, fans and voltages of /sys/class/hwmon, and the thermal zones and cooling devices of
/// /sys/class/thermal. Devices are looked for again every five minutes: they come and go with modules.
/// </summary>
sealed class LinuxSensors(Sources sources, SeriesKeys keys) : ICollector
{
    const double Milli = 0.001, Micro = 1e-6;

    /// <summary>Collections between two searches: 30 x 10 s.</summary>
    const int CollectionsBetweenSearches = 30;

    /// <summary>
    /// Attributes by kind of sensor: file suffix, suffix of the metric's name, scale to the base unit.
    /// </summary>
    static readonly (string Kind, string File, string Metric, double Scale)[] Attributes =
    [
        ("temp", "input", "node_hwmon_temp_celsius", Milli),
        ("temp", "crit", "node_hwmon_temp_crit_celsius", Milli),
        ("temp", "crit_alarm", "node_hwmon_temp_crit_alarm_celsius", Milli),
        ("temp", "max", "node_hwmon_temp_max_celsius", Milli),
        ("fan", "input", "node_hwmon_fan_rpm", 1),
        ("fan", "min", "node_hwmon_fan_min_rpm", 1),
        ("in", "input", "node_hwmon_in_volts", Milli),
        ("curr", "input", "node_hwmon_curr_amps", Milli),
        ("power", "average", "node_hwmon_power_average_watt", Micro),
        ("power", "input", "node_hwmon_power_input_watt", Micro),
    ];

    readonly List<Reading> _readings = [];
    readonly List<byte[]> _constants = [];
    int _collectionsToSearch;

    public string Name => "hwmon";

    public void Collect(CollectionWriter writer)
    {
        if (_collectionsToSearch-- <= 0)
        {
            _collectionsToSearch = CollectionsBetweenSearches - 1;
            Search();
        }

        if (_readings.Count == 0)
        {
            _collectionsToSearch = 0;
            writer.Missing(Path.Join(sources.SysPath, "class/hwmon"));
            return;
        }

        foreach (byte[] key in _constants)
        {
            writer.Write(key, 1);
        }

        foreach (var reading in _readings)
        {
            if (sources.TryReadNumber(reading.Path, out double value))
            {
                writer.Write(reading.Key, value * reading.Scale);
            }
        }
    }

    void Search()
    {
        _readings.Clear();
        _constants.Clear();
        foreach (string chip in Folders("class/hwmon", "hwmon"))
        {
            SearchChip(chip);
        }

        foreach (string zone in Folders("class/thermal", "thermal_zone"))
        {
            Add(zone, "temp", Milli, "node_thermal_zone_temp", new Label("type", Text(zone, "type")),
                Number(zone, "thermal_zone", "zone"));
        }

        foreach (string device in Folders("class/thermal", "cooling_device"))
        {
            Label[] labels = [new("type", Text(device, "type")), Number(device, "cooling_device", "name")];
            Add(device, "cur_state", 1, "node_cooling_device_cur_state", labels);
            Add(device, "max_state", 1, "node_cooling_device_max_state", labels);
        }
    }

    void SearchChip(string folder)
    {
        string name = Text(folder, "name");
        string chip = ChipName(folder, name);
        if (name.Length > 0)
        {
            _constants.Add(keys.Key(
                "node_hwmon_chip_names", new Label("chip", chip),
                    new Label("chip_name", MetricNames.CleanHardware(name))));
        }

        foreach (string path in Directory.GetFiles(folder).Order(StringComparer.Ordinal))
        {
            if (!TrySplit(Path.GetFileName(path), out string sensor, out string kind, out string file))
            {
                continue;
            }

            Label[] labels = [new("chip", chip), new("sensor", sensor)];
            if (file == "label")
            {
                _constants.Add(keys.Key("node_hwmon_sensor_label",
                    [.. labels, new Label("label", Text(folder, sensor + "_label"))]));
            }

            foreach (var attribute in Attributes)
            {
                if (attribute.Kind == kind && attribute.File == file)
                {
                    Add(folder, Path.GetFileName(path), attribute.Scale, attribute.Metric, labels);
                }
            }
        }
    }

    /// <summary>Splits <c>temp1_crit_alarm</c> into sensor temp1, kind temp and file crit_alarm.</summary>
    internal static bool TrySplit(string name, out string sensor, out string kind, out string file)
    {
        int letters = 0;
        while (letters < name.Length && char.IsAsciiLetterLower(name[letters]))
        {
            letters++;
        }

        int digits = letters;
        while (digits < name.Length && char.IsAsciiDigit(name[digits]))
        {
            digits++;
        }

        bool isSensor = letters > 0 && digits > letters && digits < name.Length - 1 && name[digits] == '_';
        sensor = isSensor ? name[..digits] : "";
        kind = isSensor ? name[..letters] : "";
        file = isSensor ? name[(digits + 1)..] : "";
        return isSensor;
    }

    /// <summary>
    /// node_exporter's stable name of a chip: bus and device it hangs on ("platform_coretemp_0"), else its own name.
    /// The numbers of hwmon folders depend on the order modules were loaded in.
    /// </summary>
    static string ChipName(string folder, string name)
    {
        var device = new DirectoryInfo(Path.Join(folder, "device"));
        if (device.Exists && device.ResolveLinkTarget(returnFinalTarget: true) is { } target)
        {
            string own = MetricNames.CleanHardware(target.Name);
            string bus = MetricNames.CleanHardware(Path.GetFileName(Path.GetDirectoryName(target.FullName) ?? ""));
            if (own.Length > 0)
            {
                return bus.Length > 0 ? $"{bus}_{own}" : own;
            }
        }

        string cleaned = MetricNames.CleanHardware(name);
        return cleaned.Length > 0 ? cleaned : Path.GetFileName(folder);
    }

    void Add(string folder, string file, double scale, string metric, params ReadOnlySpan<Label> labels) =>
        _readings.Add(new Reading(Sources.PathBytes(folder, file), keys.Key(metric, labels), scale));

    string Text(string folder, string file) => sources.ReadText(folder, file) ?? "";

    static Label Number(string folder, string prefix, string label) =>
        new(label, Path.GetFileName(folder)[prefix.Length..]);

    IEnumerable<string> Folders(string path, string prefix)
    {
        string folder = Path.Join(sources.SysPath, path);
        return Directory.Exists(folder)
            ? Directory.GetFileSystemEntries(folder, prefix + "*").Order(StringComparer.Ordinal)
            : [];
    }

    readonly record struct Reading(byte[] Path, byte[] Key, double Scale);
}
