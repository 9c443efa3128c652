using Presage.Tests.Support;

namespace Presage.Tests.Watching;

/// <summary>Builds and installations that come to a host every few minutes.</summary>
sealed class OrdinaryWork(NormalHost host, ulong seed, int cadenceSeconds)
{
    readonly SeededGenerator _random = new(seed);
    bool _isBuild;
    double _left;
    double _memory;

    /// <summary>Sets what the next scrape sees.</summary>
    public void Go(bool isWorking)
    {
        host.Fault.Clear();
        _left -= cadenceSeconds;
        if (!isWorking)
        {
            return;
        }

        if (_left < -240 * (0.5 + _random.Uniform()))
        {
            _isBuild = _random.Uniform() < 0.6;
            _left = _isBuild ? 40 + (200 * _random.Uniform()) : 20 + (60 * _random.Uniform());
        }

        _memory *= Math.Pow(0.97, cadenceSeconds);
        if (_left > 0 && _isBuild)
        {
            Build();
        }
        else if (_left > 0)
        {
            Install();
        }

        host.Fault["memory_use"] = _memory;
        host.Fault["memory_used"] = _memory * 16e9;
        host.Fault["process_memory"] = _memory * 8e9;
    }

    void Build()
    {
        double cpu = 0.7 + (0.3 * _random.Uniform()), chance = _random.Uniform();
        _memory += (0.1 - _memory) * 0.05 * cadenceSeconds;
        host.Fault["cpu_use"] = cpu;
        host.Fault["cpu_pressure"] = cpu * 0.6 * _random.Uniform();
        host.Fault["tasks_running"] = 2 + (6 * _random.Uniform());
        host.Fault["load"] = 3;
        host.Fault["context_switches"] = 8_000 * _random.Uniform();
        host.Fault["disk_write"] = 3e7 * chance * chance;
        host.Fault["disk_busy"] = 0.2 * chance * chance;
        host.Fault["processes"] = 30;
    }

    void Install()
    {
        double network = _left > 30 ? _random.Uniform() : 0;
        host.Fault["cpu_use"] = 0.5 * _random.Uniform();
        host.Fault["network_receive"] = 2e7 * network;
        host.Fault["packets"] = 1.5e4 * network;
        host.Fault["disk_write"] = 1.5e8 * _random.Uniform();
        host.Fault["disk_busy"] = 0.5 * _random.Uniform();
        host.Fault["io_pressure"] = 0.3 * _random.Uniform();
        host.Fault["cpu_iowait"] = 0.2 * _random.Uniform();
    }
}
