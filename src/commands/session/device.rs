//! From the name of a device to the device.

use burn::tensor::Device;

use super::{Failure, FailureKind};

/// A device that is not the processor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Accelerator {
    Cuda,
    Vulkan,
}

/// The device that `cpu`, `cuda[:N]` or `vulkan[:N]` names.
///
/// Which of them this build knows is decided by its features.
pub(in crate::commands) fn device(name: &str) -> Result<Device, Failure> {
    if name == "cpu" {
        return Ok(Device::flex());
    }
    let (kind, index) = name.split_once(':').map_or((name, Some(0)), |(kind, index)| {
        let is_number = !index.is_empty() && index.bytes().all(|byte| byte.is_ascii_digit());
        (kind, is_number.then(|| index.parse::<usize>().ok()).flatten())
    });
    let accelerator = match kind {
        "cuda" => Accelerator::Cuda,
        "vulkan" => Accelerator::Vulkan,
        _ => return Err(unknown(name)),
    };
    let index = index.ok_or_else(|| unknown(name))?;
    let devices = found(accelerator).ok_or_else(|| not_built(name, kind))?;
    let count = devices.len();
    devices.into_iter().nth(index).ok_or_else(|| absent(name, kind, count))
}

fn unknown(name: &str) -> Failure {
    let text = format!("a device must be cpu, cuda[:N] or vulkan[:N], was `{name}`");
    Failure::new(FailureKind::Usage, text).hint("use --device cpu")
}

fn not_built(name: &str, kind: &str) -> Failure {
    let has: Vec<&str> = [("cuda", Accelerator::Cuda), ("vulkan", Accelerator::Vulkan)]
        .into_iter()
        .filter(|(_, accelerator)| found_in_build(*accelerator))
        .map(|(kind, _)| kind)
        .collect();
    let known = std::iter::once("cpu").chain(has).collect::<Vec<_>>().join(" and ");
    let text =
        format!("device `{name}` needs a build with the feature `{kind}`, this one has {known}");
    let hint = format!("use --device cpu, or build with: cargo build --features {kind}");
    Failure::new(FailureKind::Usage, text).hint(hint)
}

fn absent(name: &str, kind: &str, count: usize) -> Failure {
    let text = match count {
        0 => format!("device `{name}` was not found: this machine shows no {kind} device"),
        1 => format!("device `{name}` was not found: this machine has {kind}:0 alone"),
        _ => format!(
            "device `{name}` was not found: this machine has {kind}:0 to {kind}:{}",
            count - 1
        ),
    };
    Failure::new(FailureKind::Usage, text).hint("use --device cpu, or install the driver")
}

const fn found_in_build(accelerator: Accelerator) -> bool {
    match accelerator {
        Accelerator::Cuda => cfg!(feature = "cuda"),
        Accelerator::Vulkan => cfg!(feature = "vulkan"),
    }
}

/// The devices of a kind, or `None` if this build does not know the kind.
fn found(accelerator: Accelerator) -> Option<Vec<Device>> {
    match accelerator {
        #[cfg(feature = "cuda")]
        Accelerator::Cuda => Some(accelerators::cuda()),
        #[cfg(feature = "vulkan")]
        Accelerator::Vulkan => Some(accelerators::vulkan()),
        #[cfg(not(all(feature = "cuda", feature = "vulkan")))]
        _ => None,
    }
}

#[cfg(any(feature = "cuda", feature = "vulkan"))]
mod accelerators {
    use burn::tensor::Device;

    /// A missing driver makes the library below panic rather than find nothing.
    #[cfg(feature = "cuda")]
    pub(super) fn cuda() -> Vec<Device> {
        let kind = burn::tensor::DeviceType::Cuda;
        let devices = std::panic::catch_unwind(|| Device::enumerate(kind).into_iter().collect());
        devices.unwrap_or_default()
    }

    /// GPUs first, a software driver last. Kernels go through WGSL, which every driver takes; some
    /// crash on the SPIR-V that the library would write itself.
    #[cfg(feature = "vulkan")]
    pub(super) fn vulkan() -> Vec<Device> {
        use burn::tensor::DeviceKind;
        static FOUND: std::sync::OnceLock<Vec<Device>> = std::sync::OnceLock::new();
        let numbered = [DeviceKind::DiscreteGpu, DeviceKind::IntegratedGpu, DeviceKind::VirtualGpu];
        let search = || {
            let numbered = numbered.into_iter().flat_map(|kind| (0..).map(kind).map_while(open));
            numbered.chain(open(DeviceKind::Cpu)).collect()
        };
        FOUND.get_or_init(search).clone()
    }

    /// A device can be opened once in a process.
    #[cfg(feature = "vulkan")]
    fn open(kind: burn::tensor::DeviceKind) -> Option<Device> {
        let api = burn::tensor::wgpu::WgpuBackend::Vulkan;
        Device::wgpu_options().graphics_api(api).device_kind(kind).init().ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(name: &str) -> String {
        device(name).unwrap_err().to_string()
    }

    #[test]
    fn the_processor_is_always_there() {
        assert_eq!(device("cpu").unwrap(), Device::flex());
    }

    #[test]
    fn names_that_are_no_device_are_refused() {
        for name in ["gpu", "cpu:1", "vulkan:", "vulkan:x", "cuda:-1", ""] {
            assert!(refusal(name).contains("must be cpu, cuda[:N] or vulkan[:N]"), "{name}");
        }
    }

    #[cfg(not(any(feature = "cuda", feature = "vulkan")))]
    #[test]
    fn a_build_without_the_feature_says_so() {
        let text = refusal("vulkan:1");
        assert!(text.contains("feature `vulkan`, this one has cpu"), "{text}");
    }

    #[cfg(feature = "vulkan")]
    #[test]
    fn a_device_that_is_not_there_is_an_error() {
        assert!(refusal("vulkan:77").contains("was not found"), "{}", refusal("vulkan:77"));
    }
}
