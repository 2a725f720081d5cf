//! A finished drawing and its two forms.

use kuva::backend::raster::RasterBackend;
use kuva::backend::svg::SvgBackend;
use kuva::render::render::{Primitive, Scene};

/// A picture could not be made.
#[derive(Debug, thiserror::Error, Clone, PartialEq, Eq)]
pub enum PlotError {
    /// The drawing could not be turned into pixels.
    #[error("cannot draw `{title}` as png: {reason}")]
    Raster {
        /// Which picture.
        title: String,
        /// What the renderer said.
        reason: String,
    },
}

/// A finished drawing.
#[derive(Debug)]
pub struct Picture {
    title: String,
    scene: Scene,
}

impl Picture {
    pub(super) fn new(title: &str, scene: Scene) -> Self {
        Self { title: title.to_owned(), scene }
    }

    /// What the picture shows.
    #[must_use]
    pub fn title(&self) -> &str {
        &self.title
    }

    #[cfg(test)]
    pub(super) fn elements(&self) -> &[Primitive] {
        &self.scene.elements
    }

    #[cfg(test)]
    pub(super) fn size(&self) -> (f64, f64) {
        (self.scene.width, self.scene.height)
    }

    /// The drawing as one `<svg>` element that scales with its place; fonts are named, not embedded.
    #[must_use]
    pub fn to_svg(&self) -> String {
        let svg = SvgBackend::new().render_scene(&self.scene);
        let (width, height) = (self.scene.width, self.scene.height);
        let title = escape_attribute(&self.title);
        let opening =
            format!(r#"<svg viewBox="0 0 {width} {height}" role="img" aria-label="{title}" "#);
        svg.replacen("<svg ", &opening, 1)
    }

    /// The drawing as PNG bytes at twice its size in pixels, with the embedded font.
    ///
    /// # Errors
    /// [`PlotError::Raster`] with what the renderer said.
    pub fn to_png(&self) -> Result<Vec<u8>, PlotError> {
        RasterBackend::new()
            .with_scale(2.0)
            .render_scene(&self.scene)
            .map_err(|reason| PlotError::Raster { title: self.title.clone(), reason })
    }

    /// Several pictures in one, from top to bottom.
    #[must_use]
    pub fn joined(title: &str, pictures: Vec<Self>) -> Self {
        let width = pictures.iter().map(|p| p.scene.width).fold(1.0, f64::max);
        let mut whole = Scene::new(width, 0.0);
        for mut picture in pictures {
            whole.elements.push(Primitive::GroupStart {
                transform: Some(format!("translate(0,{})", whole.height)),
                title: None,
                extra_attrs: None,
            });
            whole.elements.append(&mut picture.scene.elements);
            whole.elements.push(Primitive::GroupEnd);
            whole.height += picture.scene.height;
            whole.background_color = picture.scene.background_color;
            whole.text_color = picture.scene.text_color;
            whole.font_family = picture.scene.font_family;
        }
        whole.height = whole.height.max(1.0);
        Self::new(title, whole)
    }
}

fn escape_attribute(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
